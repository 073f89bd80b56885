// The work of the darkroom done by sharp (libvips): decode, stand upright, four renditions, a tiled mark on the
// two largest, a thumbhash-sized image, the dominant colour, the digest. As fast as sharp does it: one decode with
// shrink-on-load, everything smaller made from its result, side by side.
//
// node sharp.mjs FILE; each line N on stdin develops the file N times and answers the milliseconds of all.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import sharp from 'sharp';

sharp.cache(false);
sharp.concurrency(availableParallelism());

const file = readFileSync(process.argv[2]);
const quality = 82;

// The size of our mark's tile at 1,600 pixels, about a tenth of it inked.
const [tileWidth, tileHeight] = [360, 120];
const ink = Buffer.alloc(tileWidth * tileHeight * 4, 255);
for (let pixel = 0; pixel < tileWidth * tileHeight; pixel++) {
  ink[pixel * 4 + 3] = pixel % 10 === 0 ? 105 : 0;
}
const mark = { input: ink, raw: { width: tileWidth, height: tileHeight, channels: 4 }, tile: true };

async function develop() {
  const { data, info } = await sharp(file, { failOn: 'warning' })
    .autoOrient()
    .resize(1600, 1600, { fit: 'inside', withoutEnlargement: true })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { raw: { width: info.width, height: info.height, channels: 3 } };
  const sized = (side) => sharp(data, raw).resize(side, side, { fit: 'inside', withoutEnlargement: true });
  const [preview, medium, large, small, tiny] = await Promise.all([
    sharp(data, raw).composite([mark]).jpeg({ quality }).toBuffer(),
    sized(1080).composite([mark]).jpeg({ quality }).toBuffer(),
    sized(640).jpeg({ quality }).toBuffer(),
    sized(320).jpeg({ quality }).toBuffer(),
    sized(100).raw().toBuffer({ resolveWithObject: true }),
  ]);
  const { dominant } = await sharp(tiny.data, { raw: tiny.info }).stats();
  const digest = createHash('sha256').update(file).digest('hex');
  return [preview, medium, large, small, dominant, digest];
}

for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  for (let round = 0; round < Number(line); round++) await develop();
  console.log(performance.now() - start);
}
