// The sentences under a study: what the plot above shows, what spoils it, and that it was stopped.
(() => {
  const parts = (window.noisewalk.samplersParts ??= {});
  parts.notes = kit => {
    const box = kit.element.querySelector(".nw-notes");
    let running = false, halted = false;
    const fill = () => {
      const lines = [...(halted ? ["t:samplers.halted"] : []), ...(kit.props.value?.lines ?? [])];
      box.replaceChildren(...lines.map(line => Object.assign(document.createElement("p"), { innerHTML: kit.say(line) })));
    };
    // Heard at the buttons themselves: Gradio runs a listener's script only when the one before it is done.
    kit.listen(document, "click", ({ target }) => {
      if (target.closest("#samplers-halt")) [halted, running] = [halted || running, false];
      else if (target.closest("#samplers-measure, .nw-demo button")) [halted, running] = [false, true];
      else return;
      fill();
    });
    window.noisewalk.studied = () => { running = false; };
    kit.watch("value", fill);
    kit.whenPageChanges(fill);
    fill();
  };
})();
