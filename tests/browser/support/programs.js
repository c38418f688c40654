// The programs under test: the server, and the one that speaks the caller's words.
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PATIENCE = 20000; // ms

function program(variable) {
  const file = process.env[variable];
  if (!file) throw new Error(`${variable} must name the program`);
  return file;
}

// Where screenshots and logs are kept.
export const outputFolder = () => process.env.VOICEAGENT_TEST_OUTPUT ?? '.';

// A server on a free port (or on `port`), with the offline agent: {url, port, stop()}.
export async function startServer({ port = 0, token = '' } = {}) {
  const server = spawn(program('VOICEAGENT_SERVER'), [], {
    env: {
      ...process.env,
      PORT: String(port),
      AUTH_TOKEN: token,
      MAX_LATENESS_MS: '60000', // a busy machine is no reason to refuse the test
      RATE_LIMIT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(path.join(outputFolder(), 'server.log'), { flags: 'a' });
  server.stderr.pipe(log);
  const ended = once(server, 'exit');
  const gone = ended.then(([code]) => {
    throw new Error(`the server ended at once with ${code}; see server.log in ${outputFolder()}`);
  });
  const timeout = AbortSignal.timeout(PATIENCE);
  const [line] = await Promise.race([
    once(createInterface(server.stdout), 'line', { signal: timeout }),
    gone,
  ]);
  gone.catch(() => {}); // it may end from now on
  const url = line.match(/https?:\/\/[^\s/]+/)?.[0];
  if (!url) throw new Error(`the server's first line names no address: ${line}`);
  await untilReady(url);
  return {
    url: `${url}/`,
    port: Number(new URL(url).port),
    // Resolves to its exit code.
    async stop() {
      server.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}

// It listens at once, and takes conversations when its engines have been loaded.
async function untilReady(url) {
  const end = Date.now() + PATIENCE;
  while (!(await fetch(`${url}/ready`)).ok) {
    if (Date.now() > end) throw new Error('the server does not get ready');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// Has the command line program speak `texts` into `file`, with `pauseMs` between them.
export function say(texts, pauseMs, file) {
  execFileSync(program('VOICEAGENT_CLI'), [
    'say', ...texts, '--voice', 'rms', '--pause-ms', String(pauseMs), '--out', file,
  ]);
}
