// node speed.mjs ROUNDS: serves the page of page.js and prints what it measures; see run.sh.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import puppeteer from "puppeteer-core";

const rounds = Number(process.argv[2]);
const TFJS = "node_modules/@tensorflow";
const types = { js: "text/javascript", html: "text/html", wasm: "application/wasm" };
const page = `<!DOCTYPE html><meta charset="utf-8"><script src="/${TFJS}/tfjs/dist/tf.min.js"></script>
<script src="/${TFJS}/tfjs-backend-wasm/dist/tf-backend-wasm.min.js"></script><script src="/page.js"></script>`;
const server = createServer((request, response) => {
  const path = decodeURI(request.url.slice(1));
  response.setHeader("Content-Type", types[path.split(".").at(-1)] ?? "text/html");
  try {
    response.end(path ? readFileSync(path) : page);
  } catch {
    response.statusCode = 404;
    response.end();
  }
});
await new Promise(ready => server.listen(0, ready));
const browser = await puppeteer.launch({ browser: "chrome", executablePath: "/usr/bin/chromium", args: ["--no-sandbox"], protocolTimeout: 3_600_000 });
const tab = await browser.newPage();
tab.on("pageerror", error => console.error(String(error)));
await tab.goto(`http://localhost:${server.address().port}/`);
console.log(await browser.version());
const result = await tab.evaluate(rounds => measure(rounds), rounds);
for (const [optimizer, times] of Object.entries(result.steps)) {
  const ours = times.ours;
  const others = Object.entries(times).filter(([name]) => name !== "ours");
  console.log(`${optimizer}: ours ${ours.toFixed(2)} ms a step; ${others.map(([name, ms]) => `TensorFlow.js ${name} ${ms.toFixed(2)} ms, ${(ms / ours).toFixed(1)} times`).join("; ")}`);
}
console.log(`one worker ${result.workers[0].toFixed(0)} steps/s, two ${result.workers[1].toFixed(0)}: ${(result.workers[1] / result.workers[0]).toFixed(2)} times`);
for (const [name, reason] of Object.entries(result.without)) console.log(`TensorFlow.js ${name} does not run here: ${reason}`);
await browser.close();
server.close();
