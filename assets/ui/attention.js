// The attention laboratory: what each head of one or two models attends to, how training moved it,
// and how it follows a sentence that moves. A page of its own has no server, and so no slider.
const build = (root, lab) => {
	const said = make("p", "sd-attention-said");
	said.setAttribute("aria-live", "polite");
	const [top, side, main] = ["top", "side", "main"].map((name) => make("div", `sd-attention-${name}`));
	const [bar, holder, under, saving] = ["tools", "figure", "under", "tools"].map((name) => make("div", `sd-attention-${name}`));
	const tip = make("div", "sd-attention-tip");
	tip.hidden = true;
	const made = lab.value.made && make("p", "sd-caption", lab.value.made); // of a page of its own
	add(root, made, said, top, add(make("div", "sd-attention-split"), side, add(main, bar, holder, under, saving)), tip);

	let figure = null;
	const showUnder = () => {
		under.replaceChildren();
		if (look.view === "profile") under.append(stats(lab));
		if (look.pin >= 0) under.append(pinned(lab, () => pin(-1), server && ((word) => ask({ masked: [...lab.value.masked, word] }))));
		under.append(outputs(lab), notes(lab));
	};
	const redraw = () => {
		const [main, more] = lab.told;
		said.replaceChildren(make("b", "", main), " ", make("span", "sd-caption", more));
		const above = holder.getBoundingClientRect().top + window.scrollY;
		figure = views[look.view](lab, holder.clientWidth || 640, window.innerHeight - above - 14);
		holder.replaceChildren(figure.svg);
		holder.dataset.view = look.view;
		showUnder();
	};
	const pick = (heads, focus) => {
		look.heads = heads;
		showSide();
		redraw();
		if (focus) side.querySelector(`[data-head="${heads.at(-1).join(".")}"]`).focus();
	};
	const change = async (name, to) => {
		look[name] = to;
		if (name === "kind") Object.assign(look, { heads: [], pin: -1 });
		lab.settle();
		await unpackMap(lab.map);
		showSide();
		redraw();
	};
	const showSide = () => {
		const { labels, value, map } = lab;
		side.replaceChildren();
		if (value.maps.length > 1) side.append(choice(labels.attention, value.maps.map((one) => [one.kind, one.name]), look.kind, (to) => change("kind", to)));
		if (lab.pairs.length > 1) side.append(choice(labels.compared, lab.pairs, look.pair, (to) => change("pair", to)));
		side.append(make("b", "sd-attention-title", lab.mapTitle), headMap(lab.moved, look.heads, lab.colors, labels, pick));
		side.append(make("p", "sd-caption", labels.map_note));
		const apart = lab.arms.filter(({ arm }) => map.moved[arm]);
		const title = labels.dots.replace("{before}", value.shift.before);
		side.append(make("b", "sd-attention-title", title));
		side.append(apart.length ? dots(map.moved, apart, side.clientWidth || 250, lab.colors, labels, title) : make("p", "sd-caption", labels.dots_none));
	};
	const showTools = () => {
		const { labels } = lab;
		const names = ["heat", "lines", "heads", "profile"].map((name) => [name, labels[name]]);
		const set = (name) => (to) => {
			Object.assign(look, { [name]: to, pin: -1 });
			redraw();
		};
		bar.replaceChildren(
			choice(labels.views, names, look.view, (to) => {
				look.view = to;
				showTools();
				redraw();
			}),
		);
		for (const name of ["special", "merge", "renormalise"]) bar.append(tick(labels[name], look[name], set(name), name));
		bar.append(dial(labels.threshold, look.threshold, (to) => set("threshold")(to)));
		const name = () => `attention-${look.kind}-${look.view}`;
		const saves = [chip(labels.png, () => savePng(figure.svg, lab.colors, name())), chip(labels.svg, () => saveSvg(figure.svg, lab.colors, name()))];
		saving.replaceChildren(make("span", "sd-caption", labels.save), ...saves);
	};

	// The mouse
	const at = (event) => {
		const box = figure.svg.getBoundingClientRect();
		return figure.locate(event.clientX - box.left, event.clientY - box.top);
	};
	holder.onmousemove = (event) => {
		const spot = look.view === "heat" ? at(event) : null;
		for (const mark of figure.svg.querySelectorAll(".sd-mark")) mark.remove();
		tip.hidden = !spot;
		if (!spot) return;
		figure.svg.append(...figure.mark(spot));
		tip.replaceChildren(...tipOf(lab, spot));
		const frame = root.getBoundingClientRect();
		tip.style.left = `${Math.min(event.clientX - frame.left + 14, frame.width - 240)}px`;
		tip.style.top = `${event.clientY - frame.top + 14}px`;
	};
	holder.onmouseleave = () => {
		tip.hidden = true;
	};
	holder.onclick = (event) => {
		const spot = at(event);
		if (!spot) return;
		if (look.view === "heads") pick([[spot.layer, spot.head]]);
		else pin(arranged(lab.map, lab.sources[0].one, look.heads, look).rows[spot.row].at[0]);
	};
	const pin = async (row) => {
		look.pin = row;
		showUnder();
		// A row of the last map stands for a prediction, which can be explained.
		if (row < 0 || !server || lab.map !== lab.value.maps.at(-1)) return;
		try {
			const got = await server.look({ ...asked, query: row });
			if (got.gradients && look.pin === row) {
				lab.gradients = { pin: row, found: got.gradients };
				showUnder();
			}
		} catch {
			// the row is shown without it
		}
	};

	// The server: what is late never replaces what is newer
	let asked = null;
	let waiting = null;
	let busy = false;
	const source = make("span", "sd-source");
	const ask = (more) => {
		asked = { ...asked, ...more };
		waiting = asked;
		source.textContent = lab.labels.computing;
		if (!busy) answer();
	};
	const answer = async () => {
		busy = true;
		const now = waiting;
		waiting = null;
		try {
			const got = await server.look(now);
			if (got.lab && !waiting) await show(got.lab);
			else if (!waiting) source.textContent = got.problem;
		} catch {
			source.textContent = lab.labels.unreachable;
		}
		busy = false;
		if (waiting) answer();
	};
	const slider = slides(ask);
	const show = async (value) => {
		const { kind } = look;
		await unpackMap(value.maps.find((one) => one.kind === kind) || value.maps.at(-1));
		Object.assign(lab, { value, gradients: null });
		lab.settle();
		await unpackMap(lab.map); // another kind, where the last one is not there any more
		const { shift, strips } = value;
		asked = { task: value.task, refs: value.refs, text: value.text, target: value.target, masked: value.masked, lang: value.lang };
		Object.assign(asked, { shift: shift.operator, strength: shift.strength, window: [strips.source?.first || 0, strips.target?.first || 0] });
		look.asked = asked; // what a press on "Make files" sends
		if (server) slider.show(value, source, top);
		showStrips();
		showTools();
		showSide();
		redraw();
	};
	const strips = make("div", "sd-attention-strips");
	const showStrips = () => {
		const { value, labels } = lab;
		strips.replaceChildren();
		for (const word of value.masked) strips.append(chip(labels.unmask.replace("{word}", value.words[word]), () => ask({ masked: value.masked.filter((one) => one !== word) })));
		if (value.read) strips.append(make("p", "sd-caption", labels.sentence.replace("{text}", value.read)));
		for (const [name, strip] of Object.entries(value.strips)) {
			const to = (first) => server && ask({ window: name === "source" ? [first, asked.window[1]] : [asked.window[0], first] });
			strips.append(overview(strip, root.clientWidth || 640, lab.colors, labels, to));
		}
		top.append(strips);
	};
	let width = 0;
	new ResizeObserver(() => {
		if (!main.clientWidth || Math.abs(main.clientWidth - width) < 8 || !figure) return;
		width = main.clientWidth;
		showSide();
		redraw();
	}).observe(main);
	return show;
};

drawWith((root, value) => {
	build(root, makeLab(value))(value);
});
