// The four slots: a schedule each, its own knobs, on or off, rescaled or not; together one knob of the page.
const box = element.querySelector('.nw-slots');
const TAB = 'schedules';
let slots = structuredClone(noisewalk.valueOf(TAB, 'slots'));
let focus = noisewalk.valueOf(TAB, 'focus');
let ends = {};

const sentence = (text, values) => Object.assign(make('span'), { innerHTML: say(text, values) });
const turn = () => emit('knob', { tab: TAB, name: 'slots', value: structuredClone(slots) });

function menu(letter) {
  const select = make('select', { 'data-title': 'schedules.slot' });
  for (const key of props.menu) {
    const option = word('schedules.' + key, 'option');
    option.value = key;
    select.append(option);
  }
  select.value = slots[letter].schedule;
  listen(select, 'change', () => {
    slots[letter] = { schedule: select.value, on: true, zero: false, knobs: {} };
    turn();
    draw();
  });
  return select;
}

function power(letter) {
  const button = make('button', { type: 'button', class: 'nw-slot-power', 'aria-pressed': slots[letter].on, 'data-title': 'schedules.slot.on' });
  listen(button, 'click', () => {
    slots[letter].on = !slots[letter].on;
    const shown = Object.keys(slots).filter(key => slots[key].on);
    if (shown.length && !shown.includes(focus)) use(shown[0]);
    turn();
    draw();
  });
  return button;
}

// The slot in use: the forward process, the rows of steps and the presets belong to it.
function use(letter) {
  focus = letter;
  emit('knob', { tab: TAB, name: 'focus', value: letter });
}

function follow(letter) {
  const button = make('button', { type: 'button', class: 'nw-slot-follow', 'aria-pressed': letter === focus }, word('schedules.slot.follow'));
  button.hidden = !slots[letter].on;
  listen(button, 'click', () => { use(letter); draw(); });
  return button;
}

function knob(letter, key, facts) {
  return dial(key, facts, slots[letter].knobs[key] ?? facts.default, value => {
    slots[letter].knobs = { ...slots[letter].knobs, [key]: value };
    turn();
  });
}

function zero(letter) {
  const input = make('input', { type: 'checkbox' });
  input.checked = slots[letter].zero;
  listen(input, 'change', () => { slots[letter].zero = input.checked; turn(); draw(); });
  return make('label', { class: 'nw-slot-zero' }, input, word('schedules.zero'));
}

// What is left of the data at the end; where it shows, a warning and the way out.
function ending(letter) {
  const end = ends[letter], { schedule, zero: fixed } = slots[letter];
  const line = make('p', { class: 'nw-slot-end' });
  if (!end) return line;
  line.append(sentence('t:schedules.end.snr', { snr: digits(end.snr) }));
  if (!end.leaks) return line;
  const preserving = props.catalog[schedule]?.preserving ?? true;
  line.classList.add('nw-leaks');
  line.append(sentence(preserving ? 't:schedules.end.leaks' : 't:schedules.end.explodes', { leak: digits(end.leak, 2), sigma: digits(end.sigma) }));
  if (preserving && !fixed) {
    const fix = make('button', { type: 'button', class: 'nw-slot-fix' }, word('schedules.end.fix'));
    listen(fix, 'click', () => { slots[letter].zero = true; turn(); draw(); });
    line.append(fix);
  }
  return line;
}

function section(letter) {
  const { schedule, on } = slots[letter];
  const part = make('section', { class: 'nw-slot', 'data-slot': letter, 'data-on': on, 'data-focus': letter === focus });
  part.append(make('div', { class: 'nw-slot-head' }, power(letter), menu(letter), follow(letter)));
  if (!on) return part;
  for (const [key, facts] of Object.entries(props.catalog[schedule]?.knobs ?? {})) part.append(knob(letter, key, facts));
  if (props.catalog[schedule]?.preserving ?? true) part.append(zero(letter));
  part.append(ending(letter));
  return part;
}

// Rebuilt only when something appears or goes; the place of the keyboard is kept.
function draw() {
  const all = [...box.querySelectorAll('button, select, input')];
  const at = all.indexOf(document.activeElement);
  const had = document.activeElement?.className, letter = document.activeElement?.closest?.('.nw-slot')?.dataset.slot;
  box.replaceChildren(...Object.keys(slots).map(section));
  document.body.dataset.schedulesOther = Object.values(slots).some(slot => slot.on && !(props.catalog[slot.schedule]?.preserving ?? true));
  if (at < 0) return;
  const same = [...box.querySelectorAll(`[data-slot="${letter}"] :is(button, select, input)`)];
  (same.find(node => node.className === had && had) ?? same[0])?.focus();
}

function drawEnds() {
  for (const part of box.querySelectorAll('.nw-slot[data-on="true"]')) {
    const old = part.querySelector('.nw-slot-end'), now = ending(part.dataset.slot);
    if (old.textContent !== now.textContent) old.replaceWith(now);
  }
}

listen(window, 'noisewalk:turned', ({ detail }) => {
  if (detail.tab !== TAB) return;
  if (detail.name === 'focus' && detail.value !== focus) { focus = detail.value; draw(); }
  if (detail.name !== 'slots' || JSON.stringify(detail.value) === JSON.stringify(slots)) return;
  slots = structuredClone(detail.value);
  draw();
});
listen(window, 'noisewalk:schedules-ends', ({ detail }) => { ends = detail.ends; drawEnds(); });
listen(window, 'noisewalk:language', draw);
const digits = (value, precision) => noisewalk.digits(value, precision);
draw();
