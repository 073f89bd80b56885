# shellcheck shell=bash disable=SC2034,SC2154
# What each local server is: how it is installed, started, asked whether it is there, and which variables tell tests of it.
# Sourced by scripts/servers, which gives every function the server's folder and port. Keeps true: versions are pinned and
# checksummed by the files beside this one; nothing listens beyond this machine's loopback; PostgreSQL never runs as root.

SERVERS="postgres nats ferretdb mongojava minio stripe toxiproxy smtp sns firebase proxy"

declare -A VARIABLE=(
  [postgres]=PICASSO_TEST_POSTGRES_URL [nats]=PICASSO_TEST_NATS_URL
  [ferretdb]=PICASSO_TEST_MONGODB_URL [mongojava]=PICASSO_TEST_MONGODB_JAVA_URL
  [minio]=PICASSO_TEST_S3_URL [stripe]=PICASSO_TEST_STRIPE_URL [toxiproxy]=PICASSO_TEST_TOXIPROXY_URL
  [smtp]=PICASSO_TEST_SMTP_URL [sns]=PICASSO_TEST_SNS_URL [firebase]=PICASSO_TEST_FIREBASE_AUTH_URL
  [proxy]=PICASSO_TEST_HAPROXY
)
needs_go="Go 1.26 or newer"
needs_python="Python 3.10 or newer with venv (apt-get install python3-venv)"
declare -A NEEDS=(
  [postgres]="Debian's package postgresql-15 (apt-get install postgresql-15, as root)" [nats]=$needs_go [ferretdb]=$needs_go
  [mongojava]="a JDK 17 or newer and Maven (apt-get install default-jdk-headless maven)"
  [minio]=$needs_go [stripe]=$needs_go [toxiproxy]=$needs_go [smtp]=$needs_python [sns]=$needs_python
  [firebase]="Node.js 20 or newer with npm"
  [proxy]="Debian's package haproxy (apt-get install haproxy, as root)"
)
# SIGTERM would make PostgreSQL wait for its clients to leave.
declare -A STOP_SIGNAL=([postgres]=INT)

local_files=$repo/infra/local
built_of() { # built_of KIND FILE…: the cache's folder for what is built of exactly these files
  local kind=$1
  shift
  echo "$cache/$kind-$(cd "$local_files" && cat "$@" | sha256sum | cut -c1-12)"
}
go_bin=$(built_of go go/go.mod go/go.sum go/ferretdb/main.go)
python_dir=$(built_of python python/requirements.txt)
maven_dir=$(built_of maven maven/pom.xml maven/src/main/java/picasso/LocalMongo.java)
npm_dir=$(built_of npm npm/package-lock.json)

go_build() { # go_build NAME PACKAGE
  mkdir -p "$go_bin"
  (cd "$local_files/go" && nice go build -p 2 -mod=readonly -trimpath -ldflags='-s -w' -o "$go_bin/$1.new" "$2") &&
    mv "$go_bin/$1.new" "$go_bin/$1"
}
python_install() {
  rm -rf "$python_dir"
  python3 -m venv "$python_dir" &&
    "$python_dir/bin/pip" install --require-hashes --only-binary=:all: -r "$local_files/python/requirements.txt" &&
    touch "$python_dir/complete"
}

secret() { # one secret for all servers of this checkout, made at the first need
  [[ -s $state/secret ]] || (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$state/secret")
  cat "$state/secret"
}
serve() { exec setsid "$@"; }
answers() { curl --silent --fail --max-time 5 --output /dev/null "$@"; }
first_line() { # first_line PORT: what a server says by itself
  local line
  exec 3<>"/dev/tcp/127.0.0.1/$1" && read -r -t 5 line <&3 && echo "$line"
}

# --- PostgreSQL 15 from Debian's packages ---------------------------------------------------------------------------
pg_bin=/usr/lib/postgresql/15/bin
as_postgres=() # PostgreSQL refuses root
[[ $EUID -ne 0 ]] || as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
installed_postgres() { [[ -x $pg_bin/postgres && -x $pg_bin/psql ]]; }
install_postgres() {
  [[ $EUID -eq 0 ]] || return
  export DEBIAN_FRONTEND=noninteractive
  # Debian would make and start a cluster of its own, on the well-known port.
  mkdir -p /etc/postgresql-common/createcluster.d &&
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/picasso.conf &&
    apt-get update && apt-get install --yes --no-install-recommends postgresql-15
}
prepare_postgres() { # the data appear whole or not at all
  local home=$1 data=$1/data
  [[ ! -e $data/PG_VERSION ]] || return 0
  # A checkout that the user postgres cannot reach: the data go where that user lives.
  if [[ $EUID -eq 0 ]] && ! (cd / && "${as_postgres[@]}" test -x "$home"); then
    data=/var/lib/postgresql/picasso-$(echo "$home" | sha256sum | cut -c1-12)
  fi
  rm -rf "$data" "$data.new" "$data.password"
  (umask 077 && secret >"$data.password") && mkdir -m 700 "$data.new" || return
  [[ $EUID -ne 0 ]] || chown postgres:postgres "$data.new" "$data.password" || return
  (cd / && "${as_postgres[@]}" "$pg_bin/initdb" --pgdata="$data.new" --username=picasso --pwfile="$data.password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8) && rm "$data.password" && mv "$data.new" "$data" || return
  [[ $data == "$home/data" ]] || ln -sfn "$data" "$home/data"
}
run_postgres() {
  serve "${as_postgres[@]}" "$pg_bin/postgres" -D "$(realpath "$1/data")" -p "$2" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c max_connections=500
}
ready_postgres() { PGCONNECT_TIMEOUT=5 PGPASSWORD=$(secret) "$pg_bin/psql" --no-psqlrc -h 127.0.0.1 -p "$2" -U picasso -d postgres -c 'SELECT 1'; }
env_postgres() {
  echo "PICASSO_TEST_POSTGRES_URL=postgres://picasso:$(secret)@127.0.0.1:$2/postgres"
  echo "PICASSO_TEST_POSTGRES_BIN=$pg_bin" # for servers that a test kills
}

# --- NATS with JetStream --------------------------------------------------------------------------------------------
installed_nats() { [[ -x $go_bin/nats ]]; }
install_nats() { go_build nats github.com/nats-io/nats-server/v2; }
prepare_nats() { :; }
run_nats() { serve "$go_bin/nats" --addr 127.0.0.1 --port "$2" --jetstream --store_dir "$1/data"; }
ready_nats() { [[ $(first_line "$2") == INFO*'"jetstream":true'* ]]; }
env_nats() { # the program too: some tests damage servers of their own
  echo "PICASSO_TEST_NATS_URL=nats://127.0.0.1:$2"
  echo "PICASSO_TEST_NATS_BIN=$go_bin/nats"
}

# --- Two servers that speak MongoDB's protocol: FerretDB 1 on SQLite, mongo-java-server in memory ---------------------
mongo_ping() ( # the command {ping: 1, $db: "admin"} as OP_MSG; any whole header is an answer
  # shellcheck disable=SC2016
  exec 3<>"/dev/tcp/127.0.0.1/$1" &&
    printf '\x33\0\0\0\1\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\x1e\0\0\0\x10ping\0\1\0\0\0\x02$db\0\6\0\0\0admin\0\0' >&3 &&
    [[ $(timeout 5 head -c 16 <&3 | wc -c) -eq 16 ]]
)
installed_ferretdb() { [[ -x $go_bin/ferretdb ]]; }
install_ferretdb() { go_build ferretdb ./ferretdb; }
prepare_ferretdb() { mkdir -p "$1/data"; }
run_ferretdb() { serve "$go_bin/ferretdb" -listen "127.0.0.1:$2" -data "$1/data"; }
ready_ferretdb() { mongo_ping "$2"; }
env_ferretdb() { echo "PICASSO_TEST_MONGODB_URL=mongodb://127.0.0.1:$2/"; }

installed_mongojava() { [[ -e $maven_dir/complete ]]; }
install_mongojava() {
  rm -rf "$maven_dir"
  mkdir -p "$maven_dir" && cp -R "$local_files/maven/." "$maven_dir" &&
    (cd "$maven_dir" && nice mvn --batch-mode --strict-checksums package) && touch "$maven_dir/complete"
}
prepare_mongojava() { :; }
run_mongojava() { serve java -Xmx512m -cp "$maven_dir/target/lib/*" picasso.LocalMongo "$2"; }
ready_mongojava() { mongo_ping "$2"; }
env_mongojava() { echo "PICASSO_TEST_MONGODB_JAVA_URL=mongodb://127.0.0.1:$2/"; }

# --- MinIO: S3 --------------------------------------------------------------------------------------------------------
installed_minio() { [[ -x $go_bin/minio ]]; }
install_minio() { go_build minio github.com/minio/minio; }
prepare_minio() { mkdir -p "$1/data"; }
run_minio() {
  export MINIO_ROOT_USER=picasso MINIO_BROWSER=off MINIO_UPDATE=off
  MINIO_ROOT_PASSWORD=$(secret)
  export MINIO_ROOT_PASSWORD
  serve "$go_bin/minio" server --quiet --address "127.0.0.1:$2" "$1/data"
}
ready_minio() { answers "http://127.0.0.1:$2/minio/health/ready"; }
env_minio() {
  echo "PICASSO_TEST_S3_URL=http://127.0.0.1:$2"
  echo "PICASSO_TEST_S3_ACCESS_KEY=picasso"
  echo "PICASSO_TEST_S3_SECRET_KEY=$(secret)"
  echo "PICASSO_TEST_MINIO=$go_bin/minio" # for tests that starve a server of their own
}

# --- stripe-mock: Stripe's request shapes ------------------------------------------------------------------------------
installed_stripe() { [[ -x $go_bin/stripe ]]; }
install_stripe() { go_build stripe github.com/stripe/stripe-mock; }
prepare_stripe() { :; }
run_stripe() { # without an address of its own HTTPS would listen everywhere
  serve "$go_bin/stripe" -http-addr "127.0.0.1:$2" -https-addr 127.0.0.1:0
}
ready_stripe() { answers --user sk_test_local: "http://127.0.0.1:$2/v1/customers"; }
env_stripe() { echo "PICASSO_TEST_STRIPE_URL=http://127.0.0.1:$2"; }

# --- toxiproxy: bad links on demand -------------------------------------------------------------------------------------
installed_toxiproxy() { [[ -x $go_bin/toxiproxy ]]; }
install_toxiproxy() { go_build toxiproxy github.com/Shopify/toxiproxy/v2/cmd/server; }
prepare_toxiproxy() { :; }
run_toxiproxy() { serve "$go_bin/toxiproxy" -host 127.0.0.1 -port "$2"; }
ready_toxiproxy() { answers "http://127.0.0.1:$2/version"; }
env_toxiproxy() { echo "PICASSO_TEST_TOXIPROXY_URL=http://127.0.0.1:$2"; }

# --- aiosmtpd: takes every mail, keeps it in a Maildir folder ------------------------------------------------------------
installed_smtp() { [[ -e $python_dir/complete ]]; }
install_smtp() { python_install; }
prepare_smtp() { :; }
run_smtp() { serve "$python_dir/bin/python" -m aiosmtpd --nosetuid --listen "127.0.0.1:$2" --class aiosmtpd.handlers.Mailbox "$1/mail"; }
ready_smtp() { [[ $(first_line "$2") == 220* ]]; }
env_smtp() {
  echo "PICASSO_TEST_SMTP_URL=smtp://127.0.0.1:$2"
  echo "PICASSO_TEST_SMTP_MAILDIR=$1/mail"
}

# --- moto: SNS (and SQS, where a test can read what was published) --------------------------------------------------------
installed_sns() { [[ -e $python_dir/complete ]]; }
install_sns() { python_install; }
prepare_sns() { :; }
run_sns() { serve "$python_dir/bin/moto_server" --host 127.0.0.1 --port "$2"; }
ready_sns() { answers "http://127.0.0.1:$2/moto-api/data.json"; }
env_sns() { echo "PICASSO_TEST_SNS_URL=http://127.0.0.1:$2"; }

# --- Firebase Auth emulator ------------------------------------------------------------------------------------------------
installed_firebase() { [[ -e $npm_dir/complete ]]; }
install_firebase() {
  rm -rf "$npm_dir"
  mkdir -p "$npm_dir" && cp "$local_files"/npm/package*.json "$npm_dir" &&
    nice npm --prefix "$npm_dir" ci --ignore-scripts --no-audit --no-fund && touch "$npm_dir/complete"
}
prepare_firebase() { # the emulator's hub and its log each want a port of their own
  local hub logging
  hub=$(free_port) && logging=$(free_port) || return
  cat >"$1/firebase.json" <<JSON
{"emulators": {
  "auth": {"host": "127.0.0.1", "port": $2},
  "hub": {"host": "127.0.0.1", "port": $hub},
  "logging": {"host": "127.0.0.1", "port": $logging},
  "ui": {"enabled": false}
}}
JSON
}
run_firebase() {
  cd "$1" || return
  export CI=true XDG_CONFIG_HOME=$1/config TMPDIR=$1 # it leaves files in all of these
  serve node "$npm_dir/node_modules/firebase-tools/lib/bin/firebase.js" emulators:start --only auth --project demo-picasso
}
ready_firebase() { answers "http://127.0.0.1:$2/"; }
env_firebase() { echo "PICASSO_TEST_FIREBASE_AUTH_URL=http://127.0.0.1:$2"; }

# --- HAProxy: tests start one for each marketplace; this one shows that the file is sound -------------------------------------
haproxy_bin=/usr/sbin/haproxy
installed_proxy() { [[ -x $haproxy_bin ]]; }
install_proxy() {
  [[ $EUID -eq 0 ]] || return
  export DEBIAN_FRONTEND=noninteractive
  apt-get update && apt-get install --yes --no-install-recommends -o Dpkg::Options::=--force-confold haproxy
}
prepare_proxy() { :; }
run_proxy() {
  export PICASSO_PROXY=127.0.0.1:$2
  export PICASSO_COMMANDS_1=127.0.0.1:1 PICASSO_COMMANDS_2=127.0.0.1:1 PICASSO_QUERIES_1=127.0.0.1:1 PICASSO_QUERIES_2=127.0.0.1:1
  serve "$haproxy_bin" -db -f "$repo/infra/proxy/haproxy.cfg"
}
ready_proxy() { [[ $(curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}' "http://127.0.0.1:$2/") == 503 ]]; }
env_proxy() { echo "PICASSO_TEST_HAPROXY=$haproxy_bin"; }
