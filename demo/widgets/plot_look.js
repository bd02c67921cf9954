// How a plot looks: words in the page's language, colours and type of the theme.
const ACTORS = ['real', 'generated', 'generator', 'discriminator', 'noise'];

// Every 't:…' is said and every '--nw-…' is mixed, wherever it stands in the spec; numbers pass untouched.
function dressed(part) {
  if (typeof part === 'string') {
    if (part.startsWith('--nw-')) return colour(part);
    return part.startsWith('t:') ? say(part) : part;
  }
  if (Array.isArray(part)) return typeof part[0] === 'number' ? part.slice() : part.map(dressed);
  if (part === null || typeof part !== 'object') return part;
  return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, dressed(inner)]));
}

function merged(under, over) {
  const plain = thing => thing && typeof thing === 'object' && !Array.isArray(thing);
  if (!plain(under) || !plain(over)) return over === undefined ? under : over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map(key => [key, merged(under[key], over[key])]));
}

function axisLook(title) {
  return { gridcolor: colour('line/0.7'), zerolinecolor: colour('line'), linecolor: colour('line'), zerolinewidth: 1,
    tickfont: { size: 11, color: colour('muted') }, automargin: true, tickcolor: colour('line'),
    title: { text: '', standoff: 8, font: { size: 12, color: colour('muted') }, ...(typeof title === 'string' ? { text: title } : title) } };
}

function layoutLook(layout) {
  const family = getComputedStyle(element).fontFamily;
  const look = {
    autosize: true, height: props.height, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
    uirevision: 'kept', hovermode: 'closest', dragmode: matchMedia('(pointer: coarse)').matches ? false : 'zoom',
    margin: { l: 8, r: 8, t: 8, b: 8 }, font: { family, size: 12, color: colour('ink') },
    colorway: ACTORS.map(actor => colour(actor)),
    legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.02, yanchor: 'bottom', font: { size: 12 }, itemwidth: 30 },
    hoverlabel: { bgcolor: colour('panel'), bordercolor: colour('line'), font: { family, size: 12, color: colour('ink') } },
  };
  const axes = new Set(['xaxis', 'yaxis', ...Object.keys(layout).filter(key => /^[xy]axis\d*$/.test(key))]);
  for (const axis of axes) {
    const { title, ...rest } = layout[axis] ?? {};
    look[axis] = axisLook(title);
    layout = { ...layout, [axis]: rest };
  }
  return merged(look, layout);
}
