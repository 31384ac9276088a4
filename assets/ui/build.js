// One sample before and after a shift: two rows of words with lines between them.
const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 30;
const SLIDE_MS = 260;
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

const chip = (word, labels) => {
	const box = make("span", `sd-word sd-is-${word.state}`);
	const tag = `sd-tag${word.tag === "O" ? " sd-tag-o" : ""}${word.retagged ? " sd-retagged" : ""}`;
	if (word.tag) box.append(make("span", tag, word.tag));
	box.append(make("span", "sd-text", word.text), make("span", "sd-position", word.position));
	box.title = `${labels[word.state]} · ${labels.position} ${word.position}`;
	return box;
};

const row = (words, labels) => add(make("div", "sd-words"), ...words.map((w) => chip(w, labels)));

// Lines from each word to where it went; drawn again whenever the stage changes its size.
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
			const half = HEIGHT / 2;
			path.setAttribute("d", `M${x1} 0 C${x1} ${half} ${x2} ${half} ${x2} ${HEIGHT}`);
			path.setAttribute("class", `sd-line sd-line-${state}`);
			lines.append(path);
		}
	};
	new ResizeObserver(place).observe(stage);
	place();
	return place;
};

// Where the words of the lower rows stood, so that they slide from there to where they stand now.
const stood = new Map();
const keys = (side) => {
	const copies = {};
	return side.after.map((word) => {
		if (word.from !== null) return `${side.side} ${word.from}`;
		const name = `${side.side} ${word.state} ${word.text}`;
		copies[name] = (copies[name] || 0) + 1;
		return `${name} ${copies[name]}`;
	});
};
const slide = (stage, after, names, redraw) => {
	const left = stage.getBoundingClientRect().left;
	let moving = false;
	names.forEach((name, i) => {
		const box = after.children[i];
		const now = box.getBoundingClientRect().left - left;
		const before = stood.get(name);
		stood.set(name, now);
		if (still.matches || before === undefined || Math.abs(before - now) < 1) return;
		moving = true;
		box.animate([{ transform: `translateX(${before - now}px)` }, { transform: "none" }], {
			duration: SLIDE_MS,
			easing: "ease-out",
		});
	});
	const end = performance.now() + SLIDE_MS + 30;
	const follow = () => {
		redraw();
		if (performance.now() < end) requestAnimationFrame(follow);
	};
	if (moving) requestAnimationFrame(follow);
};

const drawSide = (root, side, labels) => {
	const block = make("section", "sd-side");
	const scroll = make("div", "sd-scroll");
	scroll.tabIndex = 0;
	const stage = make("div", "sd-stage");
	const before = row(side.before, labels);
	const after = row(side.after, labels);
	const lines = document.createElementNS(SVG, "svg");
	lines.setAttribute("class", "sd-lines");
	lines.setAttribute("height", HEIGHT);
	lines.setAttribute("aria-hidden", "true");
	const name = labels[side.side];
	before.setAttribute("aria-label", `${name}, ${labels.original}`);
	after.setAttribute("aria-label", `${name}, ${labels.shifted}`);
	add(stage, before, lines, after);
	block.append(
		add(make("h4"), make("span", "", name), make("span", "sd-caption", labels.rows)),
		add(scroll, stage)
	);
	root.append(block);
	const pairs = [];
	side.before.forEach((word, i) => {
		if (word.to !== null) pairs.push([before.children[i], after.children[word.to], word.state]);
	});
	side.after.forEach((word, i) => {
		const from = side.before.findIndex((old) => old.to === word.copy_of && word.copy_of !== null);
		if (from >= 0) pairs.push([before.children[from], after.children[i], "copied"]);
	});
	slide(stage, after, keys(side), link(stage, lines, pairs));
};

const drawSteps = (root, view, labels) => {
	const block = make("section", "sd-side");
	block.append(
		add(make("h4"), make("span", "", labels.steps), make("span", "sd-caption", labels.stepsNote))
	);
	const table = make("table", "sd-decoder");
	const rows = [
		[labels.position, (step) => step.position],
		[labels.input, (step) => step.input],
		[labels.label, (step) => step.label],
		[labels.lossRow, (step) => labels[`step_${step.state}`]],
	];
	if (view.reach) rows.splice(2, 0, [labels.seen, (step) => step.seen]);
	for (const [name, read] of rows) {
		const line = add(make("tr"), make("th", "", name));
		for (const step of view.steps) line.append(make("td", `sd-step-${step.state}`, read(step)));
		table.append(line);
	}
	const scroll = make("div", "sd-scroll");
	scroll.tabIndex = 0;
	root.append(add(block, add(scroll, table)));
};

const drawTexts = (root, texts, label) => {
	const list = make("dl", "sd-texts");
	for (const [name, text] of texts) list.append(make("dt", "", name), make("dd", "", text));
	root.append(add(make("details", "sd-details"), make("summary", "", label), list));
};

const drawLegend = (root, states, labels) => {
	const legend = make("div", "sd-legend");
	for (const state of states) {
		legend.append(add(make("span", `sd-key sd-is-${state}`), make("span", "", labels[state])));
	}
	root.append(legend);
};

let open = false;
drawWith((root, value) => {
	const labels = value.labels;
	if (value.lead) root.append(make("p", "sd-note sd-note-strong", value.lead));
	drawLegend(root, value.states, labels);
	for (const side of value.sides) drawSide(root, side, labels);
	if (value.steps) drawSteps(root, value.steps, labels);
	if (value.note) root.append(make("p", "sd-note sd-note-strong", value.note));
	root.append(make("p", "sd-note", labels.positionNote));
	drawTexts(root, value.texts, labels.asText);
	const details = root.querySelector(".sd-details");
	details.open = open;
	details.addEventListener("toggle", () => { open = details.open; });
});
