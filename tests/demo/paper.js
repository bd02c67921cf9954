// A page of paper: as much of a browser as our scripts need when nothing is drawn. Reads {href, facts, scripts, code}.
const { href, facts, scripts, code } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const given = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
const bus = new EventTarget();
given('window', globalThis);
for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) given(name, bus[name].bind(bus));
given('location', new URL(href));
given('navigator', { language: 'en', onLine: true, clipboard: { writeText: async text => { window.copied = text; } } });
const stored = new Map();
given('localStorage', { getItem: key => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, String(value)) });
for (const name of ['MutationObserver', 'ResizeObserver']) given(name, class { observe() {} disconnect() {} });
given('matchMedia', () => ({ matches: false }));
given('requestAnimationFrame', () => 0);

// Every part of the page is there once it is asked for, and the same one each time.
function node(tag = 'div') {
  const children = new Map(), heard = new EventTarget();
  const self = {
    tag, children: [], options: [], dataset: {}, style: { setProperty() {} }, classList: { add() {}, remove() {}, toggle() {}, contains: () => false },
    textContent: '', innerHTML: '', firstChild: {}, value: '', hidden: false, isConnected: true,
    clientWidth: 700, clientHeight: 460, width: 0, height: 0,
    querySelector: part => children.get(part) ?? children.set(part, node()).get(part),
    querySelectorAll: () => [], closest: () => null, matches: () => false, append() {}, replaceChildren() {}, setAttribute() {}, click() {}, blur() {}, focus() {},
    getContext: () => new Proxy({}, { get: (pen, name) => pen[name] ?? (() => ({ data: [] })), set: () => true }),
  };
  for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) self[name] = heard[name].bind(heard);
  return self;
}
const page = node('body'), parts = new Set(); // the parts that have a name
given('named', (...ids) => ids.forEach(id => parts.add(id)));
given('document', Object.assign(page, { body: node('body'), documentElement: node('html'), createElement: node, getElementById: id => (parts.has(id) ? page.querySelector('#' + id) : null), activeElement: null }));
given('element', node());

window.noisewalkPage = facts;
for (const script of scripts) (0, eval)(script);
Promise.resolve((0, eval)(`(async () => { ${code} })()`)).then(found => process.stdout.write(JSON.stringify(found ?? null), () => process.exit(0)));
