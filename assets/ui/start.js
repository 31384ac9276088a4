// One sentence, one slider: what both arms of both pairs make of it, and their curves. Answers to
// the examples are in the value; a typed sentence is asked of the server, and the last one wins.
const marker = (arm, x, y, r = 4) =>
	arm === "base"
		? shape("circle", { cx: x, cy: y, r, class: `sd-dot-${arm}` })
		: shape("path", { d: `M${x} ${y - r - 1}l${r + 1} ${2 * r}h${-2 * r - 2}z`, class: `sd-dot-${arm}` });

const chart = (curve, value) => {
	const box = make("figure", "sd-curve");
	box.append(add(make("figcaption"), make("b", "", curve.title), make("span", "sd-caption", ` ${curve.note}`)));
	const svg = shape("svg", { class: "sd-curve-plot", role: "img", "aria-label": curve.title });
	const readout = make("div", "sd-readout");
	add(box, svg, readout);
	const nearest = (k) => {
		const apart = curve.offsets.map((at) => Math.abs(at - k));
		return apart.indexOf(Math.min(...apart));
	};
	const draw = (k) => {
		const width = box.clientWidth || 300;
		const height = 190;
		const [left, right, top, bottom] = [30, 8, 16, 30];
		const most = 1.08 * Math.max(...Object.values(curve.arms).flatMap((arm) => arm.high));
		const x = (at) => left + ((width - left - right) * at) / value.last;
		const y = (score) => height - bottom - ((height - top - bottom) * score) / most;
		svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
		svg.setAttribute("width", width);
		svg.setAttribute("height", height);
		svg.replaceChildren();
		if (curve.trained) {
			const [from, to] = curve.trained;
			svg.append(shape("rect", { x: x(from), y: top, width: x(to) - x(from), height: height - top - bottom, class: "sd-trained" }));
			svg.append(shape("text", { x: x(from) + 4, y: top - 4, class: "sd-tick" }, value.labels.trained));
		}
		for (let score = 0; score < most; score += 20) {
			svg.append(shape("line", { x1: left, x2: width - right, y1: y(score), y2: y(score), class: "sd-grid" }));
			svg.append(shape("text", { x: left - 5, y: y(score) + 4, class: "sd-tick", "text-anchor": "end" }, score));
		}
		for (let at = 0; at <= value.last; at += 16) {
			svg.append(shape("text", { x: x(at), y: height - bottom + 14, class: "sd-tick", "text-anchor": "middle" }, at));
		}
		svg.append(shape("text", { x: (left + width) / 2, y: height - 3, class: "sd-tick", "text-anchor": "middle" }, value.labels.axis));
		svg.append(shape("line", { x1: x(k), x2: x(k), y1: top, y2: height - bottom, class: "sd-here" }));
		const near = nearest(k);
		for (const [arm] of value.arms) {
			const of = curve.arms[arm];
			const line = (scores) => scores.map((score, i) => `${x(curve.offsets[i])},${y(score)}`);
			svg.append(shape("polygon", { points: [...line(of.high), ...line(of.low).reverse()].join(" "), class: `sd-band-${arm}` }));
			svg.append(shape("polyline", { points: line(of.value).join(" "), class: `sd-line-${arm}` }));
			of.value.forEach((score, i) => svg.append(marker(arm, x(curve.offsets[i]), y(score), i === near ? 6 : 3.5)));
		}
		readout.replaceChildren();
		const at = curve.offsets[near] === k ? value.labels.at : value.labels.near;
		readout.append(make("span", "", `${at.replace("{n}", curve.offsets[near])} `));
		for (const [arm, mark] of value.arms) {
			readout.append(make("b", `sd-arm-${arm}`, `${mark} ${curve.arms[arm].value[near].toFixed(1)}`), " ");
		}
	};
	return { box, draw };
};

const answerLine = (view, labels) => {
	const line = make("span", "sd-answer");
	for (const piece of view.pieces) {
		const typed = piece.type ? ` sd-entity sd-type-${piece.type}` : "";
		const part = make("span", `sd-piece${typed}${piece.changed ? " sd-changed" : ""}`, piece.text);
		if (piece.type) part.append(make("sub", "", piece.type));
		line.append(part);
		if (piece.after) line.append(piece.after);
	}
	if (!view.pieces.length) line.append(make("span", "sd-caption", "–"));
	const said = view.changed
		? labels.changed.replace("{n}", view.changed).replace("{of}", view.of)
		: `= ${labels.same}`;
	return [line, make("span", `sd-said${view.changed ? " sd-said-changed" : ""}`, said)];
};

drawWith((root, value) => {
	const { labels } = value;
	const now = window.shiftdemoStart || { text: value.examples[0].text, position: value.begin };
	window.shiftdemoStart = now;
	const recorded = () => value.examples.find((example) => example.text === now.text.trim());

	const form = make("div", "sd-start-form");
	const text = make("input", "sd-start-text");
	Object.assign(text, { type: "text", value: now.text, maxLength: 300, placeholder: labels.placeholder, id: "start-text" });
	text.setAttribute("aria-label", labels.sentence);
	const chips = make("div", "sd-chips");
	chips.setAttribute("role", "group");
	chips.setAttribute("aria-label", labels.examples);
	chips.append(make("span", "sd-caption", labels.examples));
	for (const example of value.examples) {
		const chip = make("button", "sd-chip", example.name);
		chip.type = "button";
		chip.title = example.text;
		chip.onclick = () => say(example.text);
		chips.append(chip);
	}
	const slider = make("input", "sd-slider");
	Object.assign(slider, { type: "range", min: 0, max: value.last, step: 1, value: now.position, id: "start-position" });
	const place = make("output", "sd-place", now.position);
	const source = make("span", "sd-source");
	const label = add(make("label", "sd-slider-label"), make("span", "", `${labels.position} `), place);
	label.htmlFor = slider.id;
	const sentence = add(make("label", "sd-start-label"), make("span", "", labels.sentence), text);
	add(form, add(make("div", "sd-start-sentence"), sentence, chips), add(make("div", "sd-slider-box"), add(make("div", "sd-slider-head"), label, source), slider));

	const answers = make("div", "sd-answers");
	answers.id = "start-answers";
	const curves = value.curves.map((curve) => chart(curve, value));
	const plots = make("div", "sd-curves");
	plots.append(...curves.map((curve) => curve.box));
	const verdict = add(make("div", "sd-gain"), make("p", "", value.verdict.text), make("small", "sd-caption", value.verdict.note));
	add(root, form, add(make("div", "sd-start-split"), answers, plots), verdict);

	const show = (of, pick) => {
		answers.replaceChildren();
		for (const [task, title, hint] of value.rows) {
			const head = make("div", "sd-row-title", title);
			if (hint) head.append(make("span", "sd-caption", ` ${hint}`));
			answers.append(head);
			for (const [arm, mark, name] of value.arms) {
				const { views, at } = of[task][arm];
				const [line, said] = answerLine(views[at[pick]], labels);
				answers.append(add(make("div", `sd-row sd-row-${arm}`), make("span", `sd-row-arm sd-arm-${arm}`, `${mark} ${name}`), line, said));
			}
		}
	};
	let waiting = 0;
	let busy = false;
	let stale = false;
	const ask = async () => {
		if (busy) {
			stale = true;
			return;
		}
		busy = true;
		const asked = { ...now };
		try {
			const got = await server.answer({ ...asked, lang: value.lang });
			if (!recorded() && !stale) {
				if (got.answers) show(got.answers, 1);
				else answers.replaceChildren(make("p", "sd-note-strong", got.problem));
				source.textContent = got.answers ? labels.live : "";
			}
		} catch {
			source.textContent = labels.unreachable;
		}
		busy = false;
		if (stale) {
			stale = false;
			update();
		}
	};
	const update = () => {
		place.textContent = slider.value = now.position;
		slider.setAttribute("aria-valuetext", `${labels.position} ${now.position}`);
		for (const curve of curves) curve.draw(now.position);
		for (const chip of chips.querySelectorAll("button")) {
			chip.setAttribute("aria-pressed", chip.title === now.text.trim());
		}
		const example = recorded();
		if (example) {
			show(example.answers, now.position);
			source.textContent = labels.recorded;
		} else if (!now.text.trim()) {
			answers.replaceChildren(make("p", "sd-note", labels.empty));
			source.textContent = "";
		} else {
			source.textContent = labels.computing;
			ask();
		}
	};
	const say = (sentence) => {
		now.text = text.value = sentence;
		update();
	};
	slider.oninput = () => {
		now.position = Number(slider.value);
		update();
	};
	text.oninput = () => {
		now.text = text.value;
		clearTimeout(waiting);
		waiting = setTimeout(update, recorded() ? 0 : 150);
	};
	new ResizeObserver(() => curves.forEach((curve) => curve.draw(now.position))).observe(plots);
	update();
});
