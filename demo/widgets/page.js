// What every widget needs of the page around it: words, colours, and listeners that end with the widget.
const name = props.name;
const life = new AbortController();

function say(text, values) {
  return window.noisewalk ? window.noisewalk.say(text, values) : String(text ?? '');
}

function language() {
  return window.noisewalk ? window.noisewalk.language() : document.documentElement.lang || 'en';
}

function listen(target, type, heard, options) {
  const whileHere = event => { if (here()) heard(event); };
  target.addEventListener(type, whileHere, { signal: life.signal, ...options });
}

// Gradio tells nobody that a widget is gone; so whatever wakes us looks first.
function here() {
  if (!element.isConnected) life.abort();
  return !life.signal.aborted;
}

function emit(type, detail) {
  window.dispatchEvent(new CustomEvent('noisewalk:' + type, { detail }));
}

function whenPageChanges(redraw) {
  listen(window, 'noisewalk:language', redraw);
  const dark = new MutationObserver(() => { if (here()) redraw(); });
  dark.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  life.signal.addEventListener('abort', () => dark.disconnect());
}

function whenResized(target, redraw) {
  const sizes = new ResizeObserver(() => { if (here()) redraw(); });
  sizes.observe(target);
  life.signal.addEventListener('abort', () => sizes.disconnect());
}

// Many reasons to draw, one drawing per frame of the screen.
function onceAFrame(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(now => { waiting = false; if (here()) draw(now); });
  };
}

// 'generated', '--nw-ink/0.4' or any CSS colour, as the theme has it now.
const FALLBACK = { real: '#0072b2', generated: '#d55e00', noise: '#8a8f98', generator: '#009e73', discriminator: '#aa4499',
  ink: '#1d2329', muted: '#68717b', paper: '#fbfaf7', panel: '#ffffff', line: '#dcdad3', accent: '#0b6e75' };
function colour(wanted, opacity = 1) {
  const [word, part] = String(wanted).replace(/^--nw-/, '').split('/');
  const known = word in FALLBACK || String(wanted).startsWith('--nw-');
  const css = known ? getComputedStyle(element).getPropertyValue('--nw-' + word).trim() || FALLBACK[word] : String(wanted);
  const pen = (colour.pen ??= document.createElement('canvas').getContext('2d'));
  pen.fillStyle = '#000';
  pen.fillStyle = css;
  const hex = /^#(..)(..)(..)$/.exec(pen.fillStyle);
  const alpha = opacity * (known && part ? Number(part) : 1);
  if (!hex || alpha >= 1) return pen.fillStyle;
  return `rgba(${hex.slice(1).map(pair => parseInt(pair, 16)).join(',')},${alpha})`;
}

function sayLabel() {
  const title = element.querySelector('.nw-title');
  title.textContent = say(props.label);
  title.hidden = !props.label;
}

// A refusal in words; an argument it names is called what stands beside its knob, a model as everywhere on the page.
function why(error) {
  if (!error) return say(navigator.onLine ? 't:widgets.failed' : 't:widgets.offline');
  const { name: argument, model } = error.values ?? {};
  const called = argument && window.noisewalk?.called?.(name, argument);
  const title = 't:models.' + model;
  const named = { ...(called && { name: called }), ...(window.noisewalk?.known?.(title) && { model: title }) };
  return say('t:refused.' + error.key, { ...error.values, ...named });
}

const TYPES = { '/9j/': 'image/jpeg', iVBO: 'image/png', UklG: 'image/webp' };
function picture(base64) {
  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
  return new Blob([bytes], { type: TYPES[base64.slice(0, 4)] || '' });
}
