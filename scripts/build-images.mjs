// npm run images: builds the images of the Dockerfile on the engine that DOCKER_HOST names, and prints their sizes.
// Arguments narrow it: npm run images -- workers. MUSTER_IMAGE_TAG chooses the tag (1).
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const tag = process.env.MUSTER_IMAGE_TAG ?? '1';
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const asked = process.argv.slice(2);

for (const target of asked.length === 0 ? ['services', 'workers'] : asked) {
  const name = `muster/${target}:${tag}`;
  const built = spawnSync(
    'docker',
    [
      'build',
      '--target',
      target,
      '--tag',
      name,
      '--build-arg',
      `VERSION=${version}`,
      '--build-arg',
      `REVISION=${revision()}`,
      '.',
    ],
    { stdio: 'inherit' },
  );
  if (built.error !== undefined) console.error(`docker cannot be started: ${built.error.message}`);
  if (built.status !== 0) process.exit(built.status ?? 1);
  console.log(
    `${name}  ${megabytes(docker('image', 'inspect', '--format', '{{.Size}}', name))}, of which ours ${ours(name)}`,
  );
}

function docker(...args) {
  return execFileSync('docker', args, { encoding: 'utf8' }).trim();
}

/** What the image adds to its base: the layers made here. */
function ours(name) {
  const sizes = docker('history', '--human=false', '--format', '{{.Size}} {{.CreatedBy}}', name).split('\n');
  const copied = sizes.filter((line) => /COPY/.test(line)).map((line) => megabytes(line.split(' ')[0]));
  return `${copied.join(' + ')} (code, Node)`;
}

function megabytes(bytes) {
  return `${(Number(bytes) / 1e6).toFixed(1)} MB`;
}

function revision() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
