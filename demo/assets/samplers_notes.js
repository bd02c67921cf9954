// The sentences under a study: what the plot above shows, what spoils it, and that it was stopped.
(() => {
  const parts = (window.noisewalk.samplersParts ??= {});
  parts.notes = kit => {
    const box = kit.element.querySelector(".nw-notes");
    const running = new Set();
    let halted = false;
    const fill = () => {
      const lines = [...(halted ? ["t:samplers.halted"] : []), ...(kit.props.value?.lines ?? [])];
      box.replaceChildren(...lines.map(line => Object.assign(document.createElement("p"), { innerHTML: kit.say(line) })));
    };
    // Heard at the buttons themselves: Gradio runs a listener's script only when the one before it is done.
    kit.listen(document, "click", ({ target }) => {
      const begins = target.closest("#samplers-measure, .nw-demo button");
      if (begins) running.add(begins.id);
      else if (!target.closest("#samplers-halt")) return;
      halted = !begins && (halted || running.size > 0);
      fill();
    });
    window.noisewalk.studied = id => { running.delete(id); };
    kit.watch("value", fill);
    kit.whenPageChanges(fill);
    fill();
  };
})();
