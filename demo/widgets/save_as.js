// A file is made when it is asked for, and saved by the browser; while it is made, the buttons wait.
const root = element.querySelector('.nw-save'), kinds = root.querySelector('.nw-save-kinds'), trouble = root.querySelector('.nw-error-line');
const ask = Object.values(server)[0];
const pages = `${(window.nwPage ??= Math.random().toString(36).slice(2, 14))}.${name}`.slice(0, 64);
const MIME = { png: 'image/png', gif: 'image/gif', webp: 'image/webp', json: 'application/json' };
let asked = 0;

function bytes(reply) {
  return reply.file ? Uint8Array.from(atob(reply.file), letter => letter.charCodeAt(0)) : JSON.stringify(reply.recipe, null, 2);
}

async function save(kind) {
  root.setAttribute('aria-busy', 'true');
  const reply = await ask({ page: pages, id: ++asked, language: language(), args: { ...window.noisewalk.latent.sources[props.source](kind), kind } }).catch(() => null);
  root.removeAttribute('aria-busy');
  if (!here()) return;
  const good = reply?.name;
  trouble.hidden = Boolean(good);
  if (!good) { trouble.textContent = why(reply?.error); return; }
  const link = make('a', { href: URL.createObjectURL(new Blob([bytes(reply)], { type: MIME[kind] })), download: reply.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

for (const kind of props.kinds) {
  const button = make('button', { type: 'button', class: 'nw-quiet', 'data-kind': kind });
  button.dataset.say = 'latent.save.' + kind;
  listen(button, 'click', () => { if (!root.hasAttribute('aria-busy')) save(kind); });
  kinds.append(button);
}

function sayAll() {
  root.querySelector('.nw-save-label').textContent = say('t:latent.save.as');
  for (const button of kinds.children) button.textContent = say('t:latent.save.' + button.dataset.kind);
}
whenPageChanges(sayAll);
sayAll();
