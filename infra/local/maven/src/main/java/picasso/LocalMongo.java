package picasso;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/**
 * Runs mongo-java-server in memory on 127.0.0.1, until SIGTERM. It says that it is MongoDB 6.0: today's drivers refuse the
 * older versions that the library offers by itself.
 */
public final class LocalMongo {
    private static final MongoVersion MONGO_6_0 = new MongoVersion() {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(6, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 17;
        }
    };

    public static void main(String[] args) {
        if (args.length != 1) {
            System.err.println("local-mongo: give the port to serve on");
            System.exit(64);
        }
        MongoServer server = new MongoServer(new MemoryBackend().version(MONGO_6_0));
        server.bind("127.0.0.1", Integer.parseInt(args[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    }
}
