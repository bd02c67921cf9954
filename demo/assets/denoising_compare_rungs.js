// Compare, further down: the strip of the ladder, where a press takes the stage along, and what the error chart amounts to.
(() => {
  const TAB = "denoising", parts = (window.noisewalk.denoisingCompare ??= {});
  const words = (key, values) => window.noisewalk.say("t:denoising." + key, values);

  parts.ladder = (kit) => {
    const { element, props } = kit, { node } = parts, strip = element.querySelector(".nw-rungs"), said = element.querySelector(".nw-rungs-said");
    function fill() {
      const { rungs = [], of, chance } = props.value ?? {};
      strip.replaceChildren(...rungs.map(({ steps, evaluations, picture, away }) => {
        const rung = Object.assign(node("button", "nw-rung"), { type: "button", title: words("ladder.take", { steps }) });
        rung.onclick = () => window.noisewalk.denoisingBranch.land({ steps, trunk: [] });
        rung.append(Object.assign(new Image(), { src: "data:image/jpeg;base64," + picture, alt: "" }), node("b", "", words("ladder.steps", { steps })), node("span", "", words("ladder.evaluations", { evaluations })));
        if (away !== undefined) rung.append(node("span", "", steps === rungs.at(-1).steps ? words("ladder.last") : words("ladder.away", { away: away.toFixed(1) })));
        return rung;
      }));
      strip.style.setProperty("--nw-rungs", of ?? 7);
      said.textContent = rungs.length && chance ? words("ladder.chance") : "";
    }
    kit.watch("value", () => { fill(); parts.shows("ladder"); });
    kit.whenPageChanges(fill);
    fill();
  };

  parts.found = (kit) => {
    const box = kit.element.querySelector(".nw-found");
    function fill() {
      const { lines = [], done } = kit.props.value ?? {};
      box.replaceChildren(...lines.map((line) => Object.assign(parts.node("p", "nw-said"), { innerHTML: kit.say(line) })));
      box.toggleAttribute("data-done", Boolean(done));
    }
    kit.watch("value", () => { fill(); parts.shows("errors"); });
    kit.whenPageChanges(fill);
    fill();
  };
})();
