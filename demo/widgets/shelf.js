// The shelf under the table: keep what lies there, name it, put it in order, go back to it.
const root = element.querySelector('.nw-shelf'), find = part => root.querySelector(part);
const row = find('.nw-shelf-row'), one = find('.nw-shelf-one'), more = find('.nw-shelf-more'), file = find('input[type=file]');
const { shelf, spotFor, land } = window.noisewalk.latent;
const ask = Object.values(server)[0];
const pages = `${(window.nwPage ??= Math.random().toString(36).slice(2, 14))}.${name}`.slice(0, 64);
const LARGEST = 1e6; // bytes of a file that is brought
let chosen = null, asked = 0, asking = false;

const act = (key, doing, kind = 'nw-quiet') => {
  const button = make('button', { type: 'button', class: kind, 'data-say': 'latent.keep.' + key }, say('t:latent.keep.' + key));
  button.addEventListener('click', doing);
  return button;
};
const called = (item, at) => item.name || say('t:latent.keep.unnamed', { number: at + 1 });

function entry(item, at) {
  const away = !shelf.here(item), title = away ? say('t:latent.keep.away', { name: called(item, at), model: item.model }) : called(item, at);
  const button = make('button', { type: 'button', 'data-id': item.id, title, 'aria-label': title, 'aria-pressed': item.id === chosen, 'aria-disabled': away });
  button.append(item.thumb ? make('img', { src: item.thumb, alt: '', draggable: 'false' }) : make('span', { class: 'nw-thumbless' }));
  return make('div', { role: 'listitem', class: 'nw-kept' }, button, make('span', { class: 'nw-kept-name' }, item.name));
}

function draw() {
  const items = shelf.items();
  if (!shelf.of(chosen)) chosen = null;
  row.replaceChildren(...items.map(entry));
  row.hidden = !items.length;
  row.setAttribute('aria-label', say('t:latent.keep.label'));
  find('.nw-keep').disabled = items.length >= shelf.MOST;
  const all = items.length ? [act('copy-all', shelf.copyAll), act('save-all', saveAll)] : [];
  more.replaceChildren(...all, act('bring', () => file.click()), ...(shelf.dropped() ? [act('put-back', () => shelf.putBack())] : []));
  drawOne();
  fetchThumb();
}

// What can be done with the chosen one: its name, its link, its end.
function drawOne() {
  const item = shelf.of(chosen);
  one.hidden = !item;
  if (!item || one.dataset.id === item.id) return;
  one.dataset.id = item.id;
  const input = make('input', { type: 'text', maxlength: 40, value: item.name, placeholder: say('t:latent.keep.name'), 'aria-label': say('t:latent.keep.name') });
  input.addEventListener('change', () => shelf.change(item.id, { name: input.value.trim() }));
  one.replaceChildren(input, act('copy', () => shelf.copy(shelf.linkTo([shelf.of(item.id)]))),
    act('copy-json', () => shelf.copy(shelf.text([shelf.of(item.id)]))), act('drop', () => remove(item.id)));
}

function remove(id) {
  const items = shelf.items(), at = items.findIndex(item => item.id === id);
  chosen = (items[at + 1] ?? items[at - 1])?.id ?? null;
  shelf.drop(id);
  row.querySelector('[aria-pressed=true]')?.focus();
}

function go(id) {
  const item = shelf.of(id);
  if (!item) return;
  chosen = id;
  if (shelf.here(item)) land(item.spot, item.model);
  draw();
  row.querySelector('[aria-pressed=true]')?.focus({ preventScroll: true });
}

function saveAll() {
  const link = make('a', { href: URL.createObjectURL(new Blob([shelf.text()], { type: 'application/json' })), download: 'noisewalk-kept.json' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// What was brought from elsewhere has no picture yet; one is asked for at a time.
async function fetchThumb() {
  const item = shelf.items().find(each => !each.thumb && !each.failed && shelf.here(each));
  if (!item || asking) return;
  asking = true;
  const reply = await ask({ page: pages, id: ++asked, language: language(), args: { model: item.model, spot: spotFor(item.model, item) } }).catch(() => null);
  asking = false;
  if (!here()) return;
  if (reply?.image) return shelf.change(item.id, { thumb: 'data:image/jpeg;base64,' + reply.image });
  item.failed = true;
  tell(reply?.error);
  fetchThumb();
}

function tell(error) {
  const line = find('.nw-error-line');
  line.hidden = !error;
  line.textContent = error ? why(error) : '';
}

listen(find('.nw-keep'), 'click', () => { chosen = shelf.keep() ?? chosen; draw(); one.querySelector('input')?.focus({ preventScroll: true }); });
listen(row, 'click', event => { const id = event.target.closest('[data-id]')?.dataset.id; if (id) go(id); });
listen(row, 'keydown', event => {
  const id = event.target.closest('[data-id]')?.dataset.id;
  if (!id || event.altKey) return;
  if (event.key === 'Delete' || event.key === 'Backspace') { event.preventDefault(); remove(id); }
  if (event.key === 'F2') { chosen = id; draw(); one.querySelector('input')?.focus(); }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], all = [...row.querySelectorAll('button')];
  if (step) { event.preventDefault(); all[all.indexOf(event.target.closest('button')) + step]?.focus(); }
});
listen(file, 'change', async () => {
  const [given] = file.files;
  file.value = '';
  if (!given) return;
  window.noisewalk.notice(shelf.news(given.size <= LARGEST ? shelf.add(await given.text()) : { unread: 'unread' }));
});
sortable(row, shelf.move);
for (const changed of ['shelf', 'models']) listen(window, 'noisewalk:' + changed, () => window.noisewalk.afterPress(() => here() && draw()));
whenPageChanges(() => { delete one.dataset.id; draw(); });
draw();
