// Puts the page into one file, docs/lab.html: node build.cjs FOLDER, where plain.wasm and simd.wasm are.
const { execSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { gzipSync } = require('node:zlib');
const esbuild = require('esbuild');
const toml = require('smol-toml');
const { digest, numbers } = require('./record.cjs');

const MOST = 1_000_000;
const [folder] = process.argv.slice(2);
const page = join(__dirname, 'page');
const text = (...path) => readFileSync(join(...path), 'utf8');

const bundle = (entry, plugins = []) => {
  const options = { bundle: true, write: false, format: 'iife', target: 'es2022', charset: 'utf8', minify: true, legalComments: 'none' };
  return esbuild.build({ ...options, entryPoints: [join(page, entry)], plugins }).then(({ outputFiles: [file] }) => file.text);
};

// Korean: of the page's own table, and of the programs' for what both say.
function korean(sources) {
  const own = toml.parse(text(page, 'ko.toml'));
  const programs = Object.entries(toml.parse(text(__dirname, '../lang/ko.toml')));
  const said = key => ['"', "'", '`'].some(quote => sources.includes(quote + key + quote));
  return { ...Object.fromEntries(programs.filter(([key]) => said(key))), ...own };
}

(async () => {
  const worker = await bundle('worker.js');
  const inline = {
    name: 'worker-source',
    setup(build) {
      build.onResolve({ filter: /^worker-source$/ }, () => ({ path: 'worker-source', namespace: 'worker' }));
      build.onLoad({ filter: /.*/, namespace: 'worker' }, () => ({ contents: worker, loader: 'text' }));
    },
  };
  const script = await bundle('main.js', [inline]);
  const sources = esbuild.buildSync({ bundle: true, write: false, format: 'esm', charset: 'utf8', external: ['worker-source'], entryPoints: [join(page, 'main.js')] }).outputFiles[0].text;
  const table = korean(sources);
  const asked = [...sources.matchAll(/\bt\d*\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g)].map(([, , literal]) => literal.replace(/\\(.)/g, '$1'));
  const missing = [...new Set(asked)].filter(literal => !(literal in table));
  if (missing.length) throw new Error(`no Korean in page/ko.toml or ../lang/ko.toml:\n${missing.join('\n')}`);

  const packed = name => gzipSync(readFileSync(join(folder, `${name}.wasm`)), { level: 9 }).toString('base64');
  const json = value => JSON.stringify(value).replace(/</g, '\\u003c');
  const parts = {
    style: text(page, 'style.css').replace('{{dark}}', `@media screen and (prefers-color-scheme: dark) {\n${text(page, 'dark.css')}}`),
    build: json({ revision: execSync('git describe --always', { cwd: __dirname }).toString().trim(), sources: digest(__dirname), numbers: await numbers(join(folder, 'simd.wasm')) }),
    korean: json(table),
    simd: packed('simd'),
    plain: packed('plain'),
    digits: readFileSync(join(page, 'digits.csv.gz'), 'base64'),
    script: script.replace(/<\/script/g, '<\\/script'),
  };
  const html = text(page, 'index.html').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
  if (html.length > MOST) throw new Error(`docs/lab.html would have ${html.length} bytes, more than ${MOST}`);
  writeFileSync(join(__dirname, '../../docs/lab.html'), html);
  console.log(`docs/lab.html: ${Math.round(Buffer.byteLength(html) / 1000)} kB`);
})().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
