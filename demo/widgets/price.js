// One line that says what the run will cost, asked anew whenever a knob is turned.
const line = element.querySelector('.nw-price');
let last = null;

function write() {
  if (!last) return;
  line.textContent = last.error ? why(last.error) : say('t:widgets.price', last);
  line.classList.toggle('nw-error', Boolean(last.error));
}
function take(reply, asked) { last = reply; write(); emit('painted', { canvas: name, reply, asked }); }

const priced = async (reply, fresh, _, asked) => { if (fresh()) take(reply, asked); };
pump(Object.values(server)[0], priced, (error, asked) => { if (error) take({ error }, asked); });
whenPageChanges(write);
