// Small parts of widgets that are built in the page: nodes, words, and a number to be turned.
const make = (tag, attributes = {}, ...inside) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inside);
  return node;
};
const word = (key, tag = 'span') => make(tag, { 'data-say': key }, say('t:' + key));

// A knob of the library: its word, a slider (by the logarithm where it spans decades) and the exact number.
function dial(key, { low, high, step, default: usual, log, whole }, value, turned) {
  const [place, number] = log ? [Math.log10, x => 10 ** x] : [x => x, x => x];
  const range = make('input', { type: 'range', min: place(low), max: place(high), step: log ? 0.1 : step });
  const exact = make('input', { type: 'number', min: low, max: high, step: 'any' });
  range.value = place(value);
  exact.value = value;
  const set = wanted => {
    if (!Number.isFinite(wanted)) return false;
    value = Number((whole ? Math.round(wanted) : Math.min(high, Math.max(low, wanted))).toPrecision(log ? 2 : 9));
    value = Math.min(high, Math.max(low, value));
    turned(value);
    return true;
  };
  listen(range, 'input', () => { if (set(number(Number(range.value)))) exact.value = value; });
  listen(exact, 'change', () => { if (exact.value !== '') set(Number(exact.value)); exact.value = value; range.value = place(value); });
  for (const input of [range, exact]) input.dataset.title = 'knobs.' + key;
  return make('label', { class: 'nw-dial' }, word('knobs.' + key), range, exact);
}
