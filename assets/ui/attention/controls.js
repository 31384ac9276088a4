// The controls of the laboratory: groups of buttons, ticks, the map of heads, the dots.
const choice = (name, entries, chosen, pick) => {
	const group = make("div", "sd-choice");
	group.setAttribute("role", "radiogroup");
	group.setAttribute("aria-label", name);
	group.append(make("span", "sd-caption", name));
	for (const [value, text] of entries) {
		const button = make("button", "sd-choose", text);
		button.type = "button";
		button.setAttribute("role", "radio");
		button.setAttribute("aria-checked", value === chosen);
		button.dataset.value = value;
		button.onclick = () => pick(value);
		group.append(button);
	}
	return group;
};

const tick = (text, checked, change, name) => {
	const box = make("input");
	Object.assign(box, { type: "checkbox", checked, onchange: () => change(box.checked) });
	box.dataset.name = name;
	return add(make("label", "sd-tick-box"), box, make("span", "", text));
};

// One button a head, coloured by how far it moved; arrow keys go from one to the next.
const headMap = (values, chosen, colors, labels, pick) => {
	const table = make("div", "sd-head-map");
	table.setAttribute("role", "group");
	table.setAttribute("aria-label", labels.map);
	const most = Math.max(0.01, ...values.flat());
	table.style.gridTemplateColumns = `max-content repeat(${values[0].length}, minmax(16px, 44px))`;
	table.append(make("span"));
	values[0].forEach((_, head) => table.append(make("span", "sd-head-name", head)));
	const cells = [];
	values.forEach((row, layer) => {
		const whole = make("button", "sd-head-name sd-layer-name", labels.layer.replace("{n}", layer));
		whole.type = "button";
		whole.title = labels.mean.replace("{n}", row.length);
		whole.onclick = () => pick(row.map((_, head) => [layer, head]));
		table.append(whole);
		cells.push(
			row.map((value, head) => {
				const cell = make("button", "sd-head", value.toFixed(2));
				cell.type = "button";
				const [red, green, blue] = colorAt(colors.sequential, value / most);
				cell.style.background = `rgb(${red}, ${green}, ${blue})`;
				cell.style.color = 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#1F2430" : "#FFFFFF";
				const isOn = chosen.some(([l, h]) => l === layer && h === head);
				cell.setAttribute("aria-pressed", isOn);
				cell.setAttribute("aria-label", `${labels.layer.replace("{n}", layer)}, ${labels.head.replace("{n}", head)}: ${value.toFixed(2)}`);
				cell.dataset.head = `${layer}.${head}`;
				cell.onclick = (event) => {
					const adds = event.shiftKey || event.ctrlKey || event.metaKey;
					const others = chosen.filter(([l, h]) => l !== layer || h !== head);
					pick(adds && (others.length || !isOn) ? (isOn ? others : [...chosen, [layer, head]]) : [[layer, head]], true);
				};
				cell.onkeydown = (event) => {
					const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
					const next = by && values[layer + by[0]]?.[head + by[1]];
					if (next === undefined || !by) return;
					event.preventDefault();
					pick([[layer + by[0], head + by[1]]], true);
				};
				table.append(cell);
				return cell;
			}),
		);
	});
	return table;
};

// How far every head of each arm is from where it was: one row a head, one marker an arm.
const dots = (moved, arms, width, colors, labels, said) => {
	const rows = moved[arms[0].arm].flatMap((row, layer) => row.map((_, head) => [layer, head]));
	const step = Math.max(9, Math.min(16, 300 / rows.length));
	const [left, right] = [48, 12];
	const svg = canvasOf(width, rows.length * step + 34, said);
	const x = (v) => left + (width - left - right) * v;
	for (const v of [0, 0.5, 1]) {
		svg.append(shape("line", { x1: x(v), x2: x(v), y1: 16, y2: 18 + rows.length * step, stroke: colors.grid }));
		svg.append(words(x(v), 12, v, colors, { "text-anchor": "middle" }));
	}
	rows.forEach(([layer, head], i) => {
		const y = 18 + (i + 0.5) * step;
		if (!head || step >= 12) svg.append(words(0, y + 4, `L${layer} H${head}`, colors, { fill: colors.muted }));
		const values = arms.map(({ arm }) => moved[arm][layer][head]);
		svg.append(shape("line", { x1: x(Math.min(...values)), x2: x(Math.max(...values)), y1: y, y2: y, stroke: colors.muted, "stroke-opacity": 0.5 }));
		arms.forEach(({ arm }, k) => {
			const at = x(values[k]);
			const fill = ARM_COLORS[arm];
			const dot =
				arm === "base"
					? shape("circle", { cx: at, cy: y, r: 3.6, fill })
					: shape("path", { d: `M${at} ${y - 4.6}l4.4 8h-8.8z`, fill });
			dot.append(shape("title", {}, `L${layer} H${head}: ${values[k].toFixed(2)}`));
			svg.append(dot);
		});
	});
	arms.forEach(({ arm, mark, name }, k) => {
		svg.append(words(left + k * (width - left) * 0.45, rows.length * step + 31, mark, colors, { fill: ARM_COLORS[arm] }));
		svg.append(words(left + 14 + k * (width - left) * 0.45, rows.length * step + 31, name, colors));
	});
	return svg;
};

// All tokens of a long sentence, the shown ones framed; a click moves the frame.
const overview = (strip, width, colors, labels, move) => {
	const box = make("div", "sd-overview");
	const { tokens, first, last } = strip;
	const arms = Object.keys(strip.received);
	const svg = canvasOf(width, 16 * arms.length + 6, labels.overview);
	const cell = width / tokens.length;
	const most = Math.max(...arms.flatMap((arm) => strip.received[arm]));
	arms.forEach((arm, i) => {
		const row = [strip.received[arm]];
		svg.append(matrixAt(0, 16 * i + 2, width, 14, row, (v) => colorAt(colors.sequential, Math.sqrt(v / most))));
	});
	svg.append(shape("rect", { x: first * cell, y: 1, width: (last - first) * cell, height: 16 * arms.length + 2, fill: "none", stroke: colors.text, "stroke-width": 2 }));
	svg.style.cursor = "pointer";
	svg.onclick = (event) => {
		const at = (event.clientX - svg.getBoundingClientRect().left) / cell;
		move(Math.max(0, Math.round(at - (last - first) / 2)));
	};
	const said = labels.window.replace("{first}", first + 1).replace("{last}", last).replace("{n}", tokens.length);
	return add(box, make("span", "sd-caption", `${said}. ${labels.overview}`), svg);
};

const dial = (text, value, change) => {
	const range = make("input", "sd-threshold");
	Object.assign(range, { type: "range", min: 0, max: 0.5, step: 0.05, value });
	const reading = make("output", "", value.toFixed(2));
	range.oninput = () => {
		reading.textContent = Number(range.value).toFixed(2);
		change(Number(range.value));
	};
	return add(make("label", "sd-tick-box"), make("span", "", text), range, reading);
};

// The picker of the operator and the slider of its strength; they stay while the rest is drawn anew,
// or a finger would lose them.
const slides = (ask) => {
	const operator = make("select", "sd-filter");
	operator.id = "attention-operator";
	const slider = make("input", "sd-slider");
	Object.assign(slider, { type: "range", id: "attention-strength" });
	const place = make("output", "sd-place");
	const axis = make("span");
	const trained = make("span", "sd-caption");
	const label = add(make("label", "sd-slider-label"), axis, place);
	label.htmlFor = slider.id;
	slider.oninput = () => {
		place.textContent = slider.value;
		ask({ strength: Number(slider.value) });
	};
	const show = ({ shift, labels }, source, top) => {
		if (!operator.isConnected) {
			operator.setAttribute("aria-label", labels.operator);
			for (const one of shift.operators) operator.append(Object.assign(make("option", "", one.name), { value: one.name }));
			operator.onchange = () => ask({ shift: operator.value, strength: shift.operators.find((one) => one.name === operator.value).start });
			top.append(add(make("div", "sd-slider-head"), add(make("span", "sd-slider-name"), operator, label), add(make("span"), trained, " ", source)), slider);
		}
		operator.value = shift.operator;
		Object.assign(slider, { min: 0, max: shift.most, step: shift.step });
		slider.value = shift.strength;
		place.textContent = shift.strength;
		axis.textContent = `${shift.axis} `;
		slider.setAttribute("aria-valuetext", `${shift.axis} ${shift.strength}`);
		trained.textContent = shift.trained ? labels.trained.replace("{low}", shift.trained[0]).replace("{high}", shift.trained[1]) : "";
		source.textContent = `· ${labels.computed}`;
	};
	return { show };
};
