// Outputs of both arms side by side, differences marked; one offset at a time.
// How sure the model is of a word: told where it is pointed at, and dotted where it is below one half.
const sure = (node, word) => {
	if (word.p === undefined) return node;
	node.title = `p = ${word.p.toFixed(2)}`;
	if (word.p < 0.5) node.classList.add("sd-unsure");
	return node;
};
const pieces = (list, nothing) => {
	const box = make("span", "sd-output");
	for (const piece of list) box.append(sure(make("span", `sd-piece-${piece.mark}`, piece.text), piece));
	if (!list.length) box.append(make("em", "", nothing));
	return box;
};
// Words with their tags; those of one mention in one coloured span with its type's name.
const tagged = (words) => {
	const box = make("span", "sd-output");
	let mention = null;
	const close = () => {
		if (mention) mention.node.append(make("sub", "", mention.type));
		mention = null;
	};
	for (const word of words) {
		const type = word.tag.slice(2);
		const chip = make("span", `sd-tagged sd-tagged-${word.mark}${word.changed ? " sd-changed" : ""}`);
		chip.append(sure(make("span", "", word.text), word));
		const goes = mention && mention.type === type && word.tag.startsWith("I-");
		if (!goes) close();
		if (goes) mention.node.append(" ");
		else if (box.childNodes.length) box.append(" ");
		if (!type) {
			if (word.mark === "missed") chip.append(make("sub", "", "O"));
			box.append(chip);
			continue;
		}
		if (!mention) {
			mention = { type, node: make("span", `sd-entity sd-type-${type}`) };
			box.append(mention.node);
		}
		mention.node.append(chip);
	}
	close();
	return box;
};
let waiting = [];
// Marks on the curve beside these sentences where they stand: its axis is log2(k + 1).
const here = (strength) => {
	if (!element.closest(".sd-results")) return;
	const plot = document.querySelector("#curve .js-plotly-plot");
	const axis = plot && plot._fullLayout && plot._fullLayout.xaxis;
	if (!axis) return;
	let line = plot.querySelector(".sd-curve-here");
	if (!line) plot.append((line = make("div", "sd-curve-here")));
	const { t, h } = plot._fullLayout._size;
	Object.assign(line.style, {
		left: `${axis._offset + axis.l2p(Math.log2(strength + 1))}px`,
		top: `${t}px`,
		height: `${h}px`,
	});
};
// Which sentences are shown: all, those where one arm is better, those of one part.
const FILTERS = {
	all: () => true,
	better: (row) => row.gain > 0,
	worse: (row) => row.gain < 0,
};
let forget = null;
drawWith((root, value) => {
	const list = make("div", "sd-outputs");
	const size = 3; // as high as the curve beside them
	const turns = make("div", "sd-pages");
	const only = make("span", "sd-only");
	let filter = "all";
	let part = { key: "", name: "" };
	let current = value.sets[0];
	const drawRow = (row) => {
		const box = make("div", "sd-example");
		const line = (name, child, style) => {
			box.append(add(make("div", `sd-example-name ${style || ""}`), make("span", "", name)));
			box.append(child);
		};
		const read = row.changed ? pieces(row.changed, "") : make("span", "sd-output", row.source);
		line(value.labels.source, read);
		if (row.note) box.append(make("span", "sd-note", row.note));
		if (row.kind === "tags" && row.reference.length) {
			line(value.labels.reference, tagged(row.reference));
		} else if (row.kind === "text" && row.reference) {
			line(value.labels.reference, make("span", "sd-output", row.reference));
		}
		for (const arm of row.arms) {
			const name = `${value.marks[arm.arm] || ""} ${arm.label}`;
			line(name, arm.pieces ? pieces(arm.pieces, value.labels.nothing) : tagged(arm.words), `sd-arm-${arm.arm}`);
		}
		return box;
	};
	const show = (set, page = 0) => {
		current = set;
		list.replaceChildren();
		turns.replaceChildren();
		only.textContent = part.key ? `${value.labels.part} ${part.name}` : "";
		const rows = set.rows.filter((row) => FILTERS[filter](row) && (!part.key || row.slices.includes(part.key)));
		const pages = Math.ceil(rows.length / size);
		const turn = (text, to) => {
			const button = make("button", "sd-turn", text);
			button.disabled = to < 0 || to >= pages;
			button.onclick = () => show(set, to);
			return button;
		};
		if (pages > 1) {
			add(turns, turn("‹", page - 1), make("span", "", `${page + 1} / ${pages}`), turn("›", page + 1));
		}
		if (!rows.length) list.append(make("p", "sd-note", value.labels.none));
		for (const row of rows.slice(page * size, page * size + size)) list.append(drawRow(row));
	};
	if (value.lead) root.append(make("p", "sd-note", value.lead));
	if (value.sets.length > 1) {
		const at = make("output", "sd-place");
		const pick = make("input", "sd-slider");
		Object.assign(pick, { type: "range", min: 0, max: value.sets.length - 1, value: value.first });
		pick.setAttribute("aria-label", value.labels.pick);
		pick.oninput = () => {
			const set = value.sets[Number(pick.value)];
			at.textContent = set.name;
			pick.setAttribute("aria-valuetext", set.name);
			here(set.strength);
			show(set);
		};
		const head = add(make("div", "sd-slider-label"), make("span", "", `${value.labels.pick} `), at);
		root.append(head, pick);
		if (value.sets[0].rows.some((row) => row.slices)) {
			const choose = make("select", "sd-filter");
			choose.setAttribute("aria-label", value.labels.show);
			for (const [name, text] of Object.entries(value.labels.filters)) {
				choose.append(Object.assign(make("option", "", text), { value: name }));
			}
			choose.onchange = () => { filter = choose.value; show(current); };
			root.append(add(make("div", "sd-filters"), make("span", "", value.labels.show), choose, only));
			if (forget) document.removeEventListener("sd-slice", forget);
			forget = (event) => { part = event.detail; show(current); };
			document.addEventListener("sd-slice", forget);
		}
		pick.oninput();
		// The curve may be drawn after this.
		waiting.forEach(clearTimeout);
		waiting = [300, 1000, 2500].map((ms) => setTimeout(() => here(value.sets[Number(pick.value)].strength), ms));
	}
	root.append(list, turns);
	if (value.sets.length === 1) show(value.sets[0]);
});
