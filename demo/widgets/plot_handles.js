// Points that can be moved: real buttons over the chart, so that Tab and the arrow keys reach them.
// meta of such a trace: {handles: true, fixed: 'x' | 'y' | 'ends', slope: 'up' | 'down', bounds: [x0, x1, y0, y1]}
function movable(chart, layer, changed, released) {
  let trace = null, buttons = [], axes = null;

  function attach(data) {
    trace = data.find(candidate => candidate.meta?.handles) ?? null;
    const wanted = trace ? trace.x.length : 0;
    if (buttons.length === wanted) return;
    layer.replaceChildren();
    buttons = Array.from({ length: wanted }, (_, index) => made(index));
  }

  function made(index) {
    const button = document.createElement('button');
    button.className = 'nw-handle';
    button.type = 'button';
    listen(button, 'pointerdown', event => { button.setPointerCapture(event.pointerId); button.focus(); event.preventDefault(); });
    listen(button, 'pointermove', event => { if (button.hasPointerCapture(event.pointerId)) move(index, ...under(event)); });
    listen(button, 'lostpointercapture', () => released(points()));
    listen(button, 'keydown', event => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const [x0, x1, y0, y1] = bounds(), size = event.shiftKey ? 0.1 : 0.01;
      move(index, trace.x[index] + step[0] * size * (x1 - x0), trace.y[index] + step[1] * size * (y1 - y0));
    });
    listen(button, 'keyup', event => { if (event.key.startsWith('Arrow')) released(points()); });
    layer.append(button);
    return button;
  }

  const points = () => trace.x.map((x, index) => [x, trace.y[index]]);
  const bounds = () => trace.meta.bounds ?? [...axes.x.range, ...axes.y.range].map(Number);
  const between = (value, low, high) => Math.min(Math.max(value, Math.min(low, high)), Math.max(low, high));

  function under(event) {
    const box = chart.getBoundingClientRect();
    return [axes.x.p2d(event.clientX - box.left - axes.x._offset), axes.y.p2d(event.clientY - box.top - axes.y._offset)];
  }

  function move(index, x, y) {
    const { fixed, slope } = trace.meta, last = trace.x.length - 1;
    const [x0, x1, y0, y1] = bounds();
    const end = fixed === 'ends' && (index === 0 || index === last);
    if (!end && fixed !== 'x') trace.x[index] = between(x, trace.x[index - 1] ?? x0, trace.x[index + 1] ?? x1);
    if (!end && fixed !== 'y') {
      const before = trace.y[index - 1], after = trace.y[index + 1];
      const [low, high] = slope === 'up' ? [before ?? y0, after ?? y1] : slope === 'down' ? [after ?? y0, before ?? y1] : [y0, y1];
      trace.y[index] = between(between(y, low, high), y0, y1);
    }
    changed(points());
  }

  function place() {
    const full = chart._fullLayout;
    if (!trace || !full?.xaxis) return;
    axes = { x: full['xaxis' + (trace.xaxis ?? 'x').slice(1)], y: full['yaxis' + (trace.yaxis ?? 'y').slice(1)] };
    buttons.forEach((button, index) => {
      button.style.left = axes.x.d2p(trace.x[index]) + axes.x._offset + 'px';
      button.style.top = axes.y.d2p(trace.y[index]) + axes.y._offset + 'px';
      const [x, y] = [trace.x[index], trace.y[index]].map(value => Number(value.toPrecision(3)));
      button.setAttribute('aria-label', say('t:widgets.handle', { index: index + 1, count: buttons.length, x, y }));
    });
  }

  return { attach, place };
}
