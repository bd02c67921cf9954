// The plot: one Plotly chart that is updated in place, from Python, from the page, or by asking while knobs move.
const figure = element.querySelector('.nw-plot');
const chart = figure.querySelector('.nw-paper');
const trouble = figure.querySelector('.nw-error');
const CONFIG = { displayModeBar: false, displaylogo: false, responsive: false, doubleClick: 'reset', showTips: false };
let spec = null, wired = false, lastError = null;

const handles = movable(chart, figure.querySelector('.nw-handles'),
  points => { redraw(); emit('handles', { plot: name, points }); },
  points => trigger('moved', { points }));

const redraw = onceAFrame(() => {
  if (!spec || !chart.clientWidth) return;
  const data = spec.data.map(trace => ({ ...dressed(trace), ...followed(trace) }));
  Plotly.react(chart, data, layoutLook(dressed(spec.layout ?? {})), CONFIG);
  if (!wired) wire();
  handles.place();
  figure.dataset.drawn = Number(figure.dataset.drawn ?? 0) + 1;
});

function show(value) {
  if (!value?.data) return;
  spec = { data: value.data.map(trace => (trace.meta?.handles ? { ...trace, x: [...trace.x], y: [...trace.y] } : trace)), layout: value.layout };
  handles.attach(spec.data);
  tell(null);
  redraw();
}

function wire() {
  wired = true;
  chart.on('plotly_click', ({ points: [point] }) =>
    trigger('pick', { x: point.x, y: point.y, curve: point.curveNumber, point: point.pointNumber }));
  chart.on('plotly_afterplot', handles.place);
  chart.on('plotly_relayouting', handles.place);
}

// A trace with meta {follows: timeline, x: 't', y: 'alpha_bar'} is a dot at these numbers of the frame's caption.
const frames = {};
function followed(trace) {
  const caption = frames[trace.meta?.follows];
  return caption ? { x: [caption[trace.meta.x]], y: [caption[trace.meta.y]] } : {};
}
listen(window, 'noisewalk:frame', ({ detail }) => {
  frames[detail.timeline] = detail.caption;
  if (spec?.data.some(trace => trace.meta?.follows === detail.timeline)) redraw();
});

function tell(error) {
  lastError = error;
  figure.classList.toggle('nw-failed', error !== null);
  trouble.hidden = error === null;
  if (error !== null) trouble.textContent = why(error.reason);
}

function sayAll() {
  sayLabel();
  figure.querySelector('.nw-chart').setAttribute('aria-label', say(props.label || 't:widgets.plot'));
  if (lastError) tell(lastError);
  redraw();
}

const ask = Object.values(server)[0];
if (ask) pump(ask, async (reply, fresh) => { if (fresh()) show(reply); }, reason => tell({ reason }));

figure.style.setProperty('--nw-tall', props.height + 'px');
listen(window, 'noisewalk:plot', ({ detail }) => { if (detail.plot === name) show(detail.value); });
watch('value', () => show(props.value));
whenPageChanges(sayAll);
whenResized(chart, redraw);
life.signal.addEventListener('abort', () => Plotly.purge(chart));
sayAll();
show(props.value);
