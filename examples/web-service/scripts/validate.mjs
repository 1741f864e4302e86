// Passes when the service is healthy and answers with the version that was just installed.
import { readFileSync } from 'node:fs';

const [address, versionFile] = process.argv.slice(2);
const wanted = JSON.parse(readFileSync(versionFile, 'utf8')).version;
const deadline = Date.now() + 20_000;

async function ask(path) {
  const answer = await fetch(`${address}${path}`);
  return { status: answer.status, body: await answer.json() };
}

for (;;) {
  try {
    const health = await ask('/health');
    if (health.status !== 200) {
      console.error(`GET ${address}/health answered ${health.status}: ${JSON.stringify(health.body)}`);
      process.exit(1);
    }
    const { body } = await ask('/version');
    if (body.version === wanted) {
      console.log(`web-service ${wanted} is healthy`);
      process.exit(0);
    }
    throw new Error(`the service still answers with version ${body.version}`);
  } catch (error) {
    if (Date.now() > deadline) {
      console.error(`${wanted} did not come up: ${error.message}`);
      process.exit(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
