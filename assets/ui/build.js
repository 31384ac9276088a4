// One sample before and after a shift: two rows of words with lines between them.
const SVG = "http://www.w3.org/2000/svg";

const chip = (word, labels) => {
	const box = make("span", `sd-word sd-is-${word.state}`);
	if (word.tag) box.append(make("span", word.tag === "O" ? "sd-tag sd-tag-o" : "sd-tag", word.tag));
	box.append(make("span", "sd-text", word.text), make("span", "sd-position", word.position));
	box.title = `${labels[word.state]} · ${labels.position} ${word.position}`;
	return box;
};

const row = (words, labels) => add(make("div", "sd-words"), ...words.map((w) => chip(w, labels)));

const link = (stage, lines, pairs) => {
	const place = () => {
		lines.replaceChildren();
		const box = stage.getBoundingClientRect();
		if (!box.width) return;
		lines.setAttribute("width", stage.scrollWidth);
		for (const [from, to, state] of pairs) {
			const a = from.getBoundingClientRect();
			const b = to.getBoundingClientRect();
			const x1 = a.left + a.width / 2 - box.left;
			const x2 = b.left + b.width / 2 - box.left;
			const path = document.createElementNS(SVG, "path");
			path.setAttribute("d", `M${x1} 0 C${x1} 18 ${x2} 18 ${x2} 36`);
			path.setAttribute("class", `sd-line sd-line-${state}`);
			lines.append(path);
		}
	};
	new ResizeObserver(place).observe(stage);
	place();
};

const drawSide = (root, side, labels) => {
	const block = make("section", "sd-side");
	block.append(make("h4", "", labels[side.side]));
	const scroll = make("div", "sd-scroll");
	scroll.tabIndex = 0;
	const stage = make("div", "sd-stage");
	const before = row(side.before, labels);
	const after = row(side.after, labels);
	const lines = document.createElementNS(SVG, "svg");
	lines.setAttribute("class", "sd-lines");
	lines.setAttribute("height", "36");
	lines.setAttribute("aria-hidden", "true");
	add(stage, make("div", "sd-caption", labels.original), before, lines, after);
	stage.append(make("div", "sd-caption", labels.shifted));
	root.append(add(block, add(scroll, stage)));
	const pairs = [];
	side.before.forEach((word, i) => {
		if (word.to !== null) pairs.push([before.children[i], after.children[word.to], word.state]);
	});
	side.after.forEach((word, i) => {
		const from = side.before.findIndex((old) => old.to === word.copy_of && word.copy_of !== null);
		if (from >= 0) pairs.push([before.children[from], after.children[i], "copied"]);
	});
	link(stage, lines, pairs);
};

const drawDecoder = (root, view, labels) => {
	const block = make("section", "sd-side");
	block.append(make("h4", "", labels.decoder), make("p", "sd-note", labels.decoderNote));
	const table = make("table", "sd-decoder");
	const rows = [
		[labels.position, (step) => step.position],
		[labels.input, (step) => step.input],
		[labels.label, (step) => step.label],
		[labels.lossRow, (step) => labels[`step_${step.state}`]],
	];
	for (const [name, read] of rows) {
		const line = add(make("tr"), make("th", "", name));
		for (const step of view.steps) line.append(make("td", `sd-step-${step.state}`, read(step)));
		table.append(line);
	}
	const scroll = make("div", "sd-scroll");
	scroll.tabIndex = 0;
	root.append(add(block, add(scroll, table)));
};

const drawTexts = (root, texts) => {
	const list = make("dl", "sd-texts");
	for (const [name, text] of texts) list.append(make("dt", "", name), make("dd", "", text));
	root.append(list);
};

drawWith((root, value) => {
	const labels = value.labels;
	if (value.note) root.append(make("p", "sd-note sd-note-strong", value.note));
	drawTexts(root, value.texts);
	const legend = make("div", "sd-legend");
	for (const state of value.states) {
		legend.append(add(make("span", `sd-key sd-is-${state}`), make("span", "", labels[state])));
	}
	root.append(legend);
	for (const side of value.sides) drawSide(root, side, labels);
	root.append(make("p", "sd-note", labels.positionNote));
	if (value.decoder) drawDecoder(root, value.decoder, labels);
});
