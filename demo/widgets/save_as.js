// A file is made when it is asked for, and saved by the browser; while it is made, the buttons wait. A file that was
// saved can be opened again: the server reads its recipe, and the page turns its knobs.
const root = element.querySelector('.nw-save'), kinds = root.querySelector('.nw-save-kinds'), trouble = root.querySelector('.nw-error-line');
const file = root.querySelector('input[type=file]');
const [ask, reopen] = Object.values(server);
const pages = `${(window.nwPage ??= Math.random().toString(36).slice(2, 14))}.${name}`.slice(0, 64);
const MIME = { png: 'image/png', gif: 'image/gif', webp: 'image/webp', mp4: 'video/mp4', json: 'application/json' };
const HEAVIEST = 4e6; // bytes of a file that is opened
let asked = 0, reason = null;

function bytes(reply) {
  return reply.file ? Uint8Array.from(atob(reply.file), letter => letter.charCodeAt(0)) : JSON.stringify(reply.recipe, null, 2);
}

// What the server answers, or nothing: then the line below says why.
async function answer(view, args) {
  root.setAttribute('aria-busy', 'true');
  const reply = await view({ page: pages, id: ++asked, language: language(), args }).catch(() => null);
  root.removeAttribute('aria-busy');
  if (!here()) return null;
  const good = reply && !reply.error && !reply.superseded;
  tell(good ? null : () => why(reply?.error));
  return good ? reply : null;
}
function tell(said) {
  reason = said;
  trouble.hidden = said === null;
  trouble.textContent = said?.() ?? '';
}

async function save(kind) {
  const reply = await answer(ask, { kind, ...window.noisewalk.sources[props.source](kind) });
  if (!reply) return;
  const type = MIME[reply.name.split('.').pop()];
  const link = make('a', { href: URL.createObjectURL(new Blob([bytes(reply)], { type })), download: reply.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function open(chosen) {
  if (chosen.size > HEAVIEST) return tell(() => say('t:refused.no-recipe'));
  const letters = await new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(',')[1] ?? '');
    reader.onerror = failed;
    reader.readAsDataURL(chosen);
  }).catch(() => '');
  const reply = await answer(reopen, { file: letters });
  if (!reply) return;
  emit('recipe', { source: props.source, reply });
  if (!reply.same) tell(() => say('t:save.other-weights'));
}

function button(kind, doing) {
  const made = make('button', { type: 'button', class: 'nw-quiet', 'data-kind': kind });
  made.dataset.say = 'save.' + kind;
  listen(made, 'click', () => { if (!root.hasAttribute('aria-busy')) doing(); });
  kinds.append(made);
}
for (const kind of props.kinds) button(kind, () => save(kind));
if (reopen) {
  button('open', () => file.click());
  listen(file, 'change', () => { if (file.files[0]) open(file.files[0]); file.value = ''; });
}

function sayAll() {
  root.querySelector('.nw-save-label').textContent = say('t:save.as');
  for (const each of kinds.children) each.textContent = say('t:' + each.dataset.say);
  if (reason) tell(reason);
}
whenPageChanges(sayAll);
sayAll();
