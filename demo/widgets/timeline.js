// The timeline: shows one run while the next arrives, follows live frames until the visitor takes the thumb.
const figure = element.querySelector('.nw-timeline');
const [panes, range, count] = ['.nw-panes', '.nw-range', '.nw-count'].map(part => figure.querySelector(part));
const [play, speed, facts, trouble] = ['.nw-play', '.nw-speed', '.nw-facts', '.nw-error'].map(part => figure.querySelector(part));
const SPEEDS = [0.5, 1, 2, 4], HOLD = 2000; // so many milliseconds an old final picture stays for the next one
let shown = null, coming = null;             // the run on screen, and the one that will replace it
let over = null;                             // the run that was stopped: what was still on its way of it is not wanted
let asked = false, barred = false;           // a run is asked for of which nothing has come yet, and was stopped by then
let index = 0, drawn = '', drawnAt = { index: 0 };
let following = true, restsAtEnd = false;    // at the newest frame by itself, or put on the last one by hand
let playing = false, pace = 1, clock = 0, before = 0;
let lastError = null;

figure.style.setProperty('--nw-size', props.size + 'px');

function take(value) {
  if (!value?.run) { if (value?.error) tell(value.error); return; }
  if (value.run === over) return;
  if (value.run !== (coming ?? shown)?.id) {
    if (barred) { over = value.run; return; }
    start(value);
  }
  const run = coming ?? shown;
  add(run, value);
  tell(value.error ?? null);
  if (run.missing !== null) fetchAgain(run);
  wake();
}

// A run that has come to its own end is told with its encoded frames; one that was stopped never gets there.
function add(run, piece) {
  run.take(piece);
  if (!run.done || run.told) return;
  run.told = true;
  emit('finished', { timeline: name, run: run.id, shots: run.shots });
}

function start(value) {
  asked = false;
  coming?.close();
  coming = reel(value, wake);
  emit('begun', { timeline: name, run: value.run });
  const run = coming;
  run.final = value.hold === 'final' || (value.hold !== 'first' && restsAtEnd && Boolean(shown?.done));
  if (value.hold !== 'final') setTimeout(() => { run.final = run.final && run !== coming; wake(); }, HOLD);
}

// A visitor who looked at a final picture waits for the next final one, but not long; anyone else for the first.
function ready() {
  if (coming.shots[0]?.broken) return true;
  return coming.final ? coming.done && coming.open(coming.last()) : coming.open(0);
}

// A piece was lost on the way: ask for everything from there on, where Python offers that.
function fetchAgain(run) {
  const ask = Object.values(server)[0];
  if (!ask) return tell({ key: null });
  if (run.asking) return;
  run.asking = true;
  ask({ run: run.id, start: run.missing })
    .then(piece => { if (run.id === over) return; if (here() && piece?.add) add(run, piece); else tell({ key: null }); wake(); })
    .finally(() => { run.asking = false; });
}

function swap() {
  shown?.close();
  [shown, coming] = [coming, null];
  following = !shown.final;
  index = shown.final ? shown.last() : 0;
  playing = false;
  drawn = '';
  lay();
  mark();
  if (props.autoplay && shown.done && following && !matchMedia('(prefers-reduced-motion: reduce)').matches) startPlaying(0);
}

function lay() {
  const titles = shown?.panes ?? props.panes;
  if (panes.children.length !== titles.length) {
    panes.replaceChildren(...titles.map(() => {
      const pane = document.createElement('div');
      pane.className = 'nw-pane';
      pane.innerHTML = '<p class="nw-name"></p><div class="nw-frame"><canvas class="nw-picture" role="img"></canvas></div>';
      pane.querySelector('canvas').classList.toggle('nw-crisp', !props.smooth);
      return pane;
    }));
    figure.style.setProperty('--nw-panes', titles.length);
  }
  titles.forEach((title, each) => {
    panes.children[each].querySelector('.nw-name').textContent = say(title);
    panes.children[each].querySelector('canvas').setAttribute('aria-label', say(title || props.label || 't:widgets.picture'));
  });
}

const wake = onceAFrame(now => {
  if (coming && ready()) swap();
  figure.classList.toggle('nw-waiting', Boolean(coming) || Boolean(shown && !shown.done));
  if (!shown?.shots.length) return;
  if (playing) advance(now);
  else if (following) index = shown.done ? shown.last() : shown.newest();
  index = Math.max(0, Math.min(index, shown.last()));
  draw();
  if (playing) wake();
});

function advance(now) {
  clock += ((now - before) / 1000) * props.rate * pace;
  before = now;
  index = Math.floor(clock);
  if (index >= shown.last()) { index = shown.last(); if (shown.done) stopPlaying(); else clock = index; }
}

function draw() {
  const pictures = following && !shown.done ? shown.open(index) : shown.at(index);
  controls();
  if (!pictures || drawn === shown.id + ':' + index) return spoken();
  figure.dataset.at = drawn = shown.id + ':' + index;
  pictures.forEach((bitmap, each) => {
    const canvas = panes.children[each]?.querySelector('canvas');
    if (!canvas) return;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
  });
  const { caption } = shown.shots[index];
  facts.textContent = props.words ? say(props.words, { ...caption, index: index + 1, total: shown.total }) : '';
  drawnAt = { index, ...caption };
  spoken();
  emit('frame', { timeline: name, run: shown.id, index, total: shown.total, caption });
}

function controls() {
  range.max = Math.max(shown.total - 1, 1);
  range.value = index;
  range.style.setProperty('--nw-at', index / range.max);
  range.style.setProperty('--nw-loaded', shown.last() / range.max);
}

// Where the picture that is drawn stands: by the steps that a run counts from 0 itself, or by its place among the frames.
function spoken() {
  const { step, steps } = drawnAt;
  count.textContent = Number.isInteger(step) && Number.isInteger(steps) ? `${step} / ${steps}` : `${drawnAt.index + 1} / ${shown.total}`;
  range.setAttribute('aria-valuetext', [count.textContent, facts.textContent].filter(Boolean).join(' · '));
}

function scrub(to) {
  if (coming) coming.final = false;
  if (!shown) return;
  stopPlaying();
  index = Math.max(0, Math.min(Math.round(to), shown.last()));
  following = index === shown.last() && !shown.done;
  restsAtEnd = index === shown.total - 1;
  wake();
}

function startPlaying(from) {
  if (!shown?.shots.length) return;
  playing = true;
  following = restsAtEnd = false;
  clock = from ?? (index >= shown.last() && shown.done ? 0 : index);
  before = performance.now();
  mark();
  wake();
}

function stopPlaying() {
  if (playing && shown.done && index === shown.last()) restsAtEnd = true;
  playing = false;
  mark();
}

function mark() {
  play.classList.toggle('nw-on', playing);
  play.setAttribute('aria-label', say(playing ? 't:widgets.pause' : 't:widgets.play'));
  speed.textContent = pace === 0.5 ? '½×' : pace + '×';
  speed.setAttribute('aria-label', say('t:widgets.speed', { speed: pace }));
}

function tell(error) {
  lastError = error;
  figure.classList.toggle('nw-failed', error !== null);
  trouble.hidden = error === null;
  if (error !== null) trouble.textContent = error.key ? why(error) : say('t:widgets.lost');
}

function sayAll() {
  sayLabel();
  lay();
  mark();
  range.setAttribute('aria-label', say('t:widgets.scrub'));
  if (lastError) tell(lastError);
  drawn = '';
  wake();
}

const pick = () => { if (shown?.shots.length) trigger('pick', { index, caption: shown.shots[index].caption }); };
listen(range, 'input', () => scrub(Number(range.value)));
listen(range, 'change', pick);
listen(play, 'click', () => (playing ? stopPlaying() : startPlaying()));
listen(speed, 'click', () => { pace = SPEEDS[(SPEEDS.indexOf(pace) + 1) % SPEEDS.length]; mark(); });
listen(range, 'keydown', event => { if (event.key === ' ') { event.preventDefault(); play.click(); } });

// Dragging across the pictures scrubs too: their whole width is the whole run.
let grip = null;
listen(panes, 'pointerdown', event => {
  if (!shown) return;
  grip = { x: event.clientX, index };
  panes.setPointerCapture(event.pointerId);
  range.focus({ preventScroll: true });
});
listen(panes, 'pointermove', event => {
  if (grip && panes.hasPointerCapture(event.pointerId)) scrub(grip.index + ((event.clientX - grip.x) / panes.clientWidth) * shown.total);
});
listen(panes, 'lostpointercapture', () => { grip = null; pick(); });

// A run that was stopped has no more to come: what there is of it is all of it.
function stop() {
  const run = coming ?? shown;
  barred = asked;
  if (!run || run.done) return;
  over = run.id;
  if (run.shots.length) run.take({ start: run.shots.length, done: true });
  else coming = null;
  wake();
}

// {timeline, value} feeds it, {…, index} moves it, {…, stop} ends it, {…, follow} shows the run on its way from its first frame
listen(window, 'noisewalk:timeline', ({ detail }) => {
  if (detail.timeline !== name) return;
  if (detail.follow && coming) { coming.final = false; wake(); }
  if (detail.stop) stop();
  if (detail.value) take(detail.value);
  if (Number.isFinite(detail.index)) scrub(detail.index);
});
listen(window, 'noisewalk:lost', stop);
listen(window, 'noisewalk:joined', ({ detail }) => {
  if (detail.shows.includes(name)) [asked, barred] = [true, detail.stopped];
});
watch('value', () => take(props.value));
whenPageChanges(sayAll);
sayAll();
take(props.value);
emit('ready', { widget: name });
