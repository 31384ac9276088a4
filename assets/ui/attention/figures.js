// The figures of the laboratory, each an SVG of its own: it is saved as it is seen.
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', sans-serif";
const LONGEST = 14;
const HEAD_COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F"];
const ARM_COLORS = { base: "#0072B2", shift: "#D55E00" };
let figures = 0;

const short = (token) => {
	const letters = [...token];
	return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : token;
};
const wide = (token) => [...short(token)].reduce((sum, c) => sum + (c > "\u2e80" ? 12 : 6.4), 0);
const widest = (items) => Math.max(20, ...items.map((item) => wide(item.label)));
const number = (value, signed) => `${signed && value > 0 ? "+" : ""}${value.toFixed(2)}`.replace("-", "−");

const canvasOf = (width, height, label) => {
	const svg = shape("svg", { xmlns: SVG, viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "font-family": FONT, "font-size": 11 });
	svg.setAttribute("aria-label", label);
	return svg;
};
const words = (x, y, text, colors, more = {}) => shape("text", { x, y, fill: colors.text, ...more }, text);

// A matrix as a picture of one pixel a cell, which the browser makes larger.
const picture = (values, paint) => {
	const canvas = document.createElement("canvas");
	canvas.width = values[0].length;
	canvas.height = values.length;
	const context = canvas.getContext("2d");
	const pixels = context.createImageData(canvas.width, canvas.height);
	let at = 0;
	for (const row of values) {
		for (const value of row) {
			pixels.data.set(paint(value), at);
			pixels.data[at + 3] = 255;
			at += 4;
		}
	}
	context.putImageData(pixels, 0, 0);
	return canvas.toDataURL();
};
const matrixAt = (x, y, width, height, values, paint) =>
	shape("image", { x, y, width, height, href: picture(values, paint), preserveAspectRatio: "none", style: "image-rendering: pixelated" });

const painters = (panels, colors) => {
	const most = Math.max(0.001, ...panels.filter((p) => !p.change).map((p) => largest(p.values)));
	const reach = Math.max(0.01, ...panels.filter((p) => p.change).map((p) => largest(p.values)));
	return {
		most,
		reach,
		of: (panel) =>
			panel.change ? (v) => colorAt(colors.diverging, 0.5 + v / (2 * reach)) : (v) => colorAt(colors.sequential, v / most),
	};
};

// The two scales, under the figure.
const scales = (svg, panels, paint, y, x, colors, labels) => {
	const bars = [];
	if (panels.some((p) => !p.change)) bars.push([labels.weight, colors.sequential, "0", number(paint.most)]);
	if (panels.some((p) => p.change)) bars.push([labels.change, colors.diverging, number(-paint.reach), number(paint.reach, true)]);
	const start = x;
	const room = svg.viewBox.baseVal.width;
	for (const [name, stops, low, high] of bars) {
		if (x > start && x + wide(name) + 200 > room) {
			[x, y] = [start, y + 16];
			svg.setAttribute("viewBox", `0 0 ${room} ${svg.viewBox.baseVal.height + 16}`);
			svg.setAttribute("height", svg.viewBox.baseVal.height);
		}
		const id = `sd-scale-${figures++}`;
		const gradient = shape("linearGradient", { id });
		for (const [offset, color] of stops) gradient.append(shape("stop", { offset, "stop-color": color }));
		svg.append(gradient, words(x, y + 9, `${name}  ${low}`, colors));
		const left = x + 12 + 6.4 * (wide(name) / 6.4 + low.length + 2);
		svg.append(shape("rect", { x: left, y, width: 80, height: 10, fill: `url(#${id})`, stroke: colors.grid }));
		svg.append(words(left + 86, y + 9, high, colors));
		x = left + 86 + 60;
	}
};

// Heatmaps side by side, or below one another where there is no room.
// Returns the SVG, and where a point of it lies: { panel, row, column }.
const heatFigure = (panels, width, colors, labels, said, most = 0) => {
	const beside = width >= 640 ? panels.length : 1;
	const { rows, columns } = panels[0];
	const left = widest(rows) + 10;
	const top = 24 + 0.87 * widest(columns) + 6;
	const room = (width - left - 14 * (beside - 1) - 8) / beside;
	const level = beside > 1 && most ? (most - top - 24) / rows.length : 26; // all of it on the screen
	const cell = Math.max(1.5, Math.min(26, room / columns.length, level >= 9 ? level : 26));
	const [w, h] = [cell * columns.length, cell * rows.length];
	const down = Math.ceil(panels.length / beside);
	const svg = canvasOf(width, down * (top + h + 12) + 22, said);
	const paint = painters(panels, colors);
	const every = Math.ceil(11 / cell);
	const boxes = panels.map((panel, i) => {
		const x = left + (i % beside) * (w + 14);
		const y = Math.floor(i / beside) * (top + h + 12) + top;
		svg.append(words(x, y - top + 12, panel.title, colors, { "font-weight": 600, "font-size": 13 }));
		svg.append(matrixAt(x, y, w, h, panel.values, paint.of(panel)));
		svg.append(shape("rect", { x, y, width: w, height: h, fill: "none", stroke: colors.grid }));
		columns.forEach((column, c) => {
			if (c % every) return;
			const at = x + (c + 0.5) * cell;
			svg.append(words(at + 3, y - 5, short(column.label), colors, { transform: `rotate(-60 ${at + 3} ${y - 5})` }));
		});
		rows.forEach((row, r) => {
			if (r % every || i % beside) return;
			svg.append(words(x - 5, y + (r + 0.5) * cell + 4, short(row.label), colors, { "text-anchor": "end" }));
		});
		return { x, y };
	});
	scales(svg, panels, paint, down * (top + h + 12) + 4, left, colors, labels);
	const locate = (px, py) => {
		const panel = boxes.findIndex((box) => px >= box.x && px < box.x + w && py >= box.y && py < box.y + h);
		if (panel >= 0) return { panel, row: Math.floor((py - boxes[panel].y) / cell), column: Math.floor((px - boxes[panel].x) / cell) };
		const row = boxes.findIndex((box) => px < left && py >= box.y && py < box.y + h);
		return row < 0 ? null : { panel: row, row: Math.floor((py - boxes[row].y) / cell), column: -1 };
	};
	const mark = ({ row, column }) =>
		boxes.flatMap(({ x, y }) => [
			shape("rect", { x, y: y + row * cell, width: w, height: cell, fill: "none", stroke: colors.text, "stroke-opacity": 0.7, class: "sd-mark" }),
			...(column < 0 ? [] : [shape("rect", { x: x + column * cell, y, width: cell, height: h, fill: "none", stroke: colors.text, "stroke-opacity": 0.4, class: "sd-mark" })]),
		]);
	return { svg, locate, mark };
};

// Queries on the left, keys on the right, a line for each weight. Each panel has one layer of
// lines a head: { lines: [{ values, color, name }] }.
const lineFigure = (panels, width, colors, labels, said) => {
	const beside = width >= 640 ? panels.length : 1;
	const { rows, columns } = panels[0];
	const step = Math.max(10, Math.min(20, 420 / Math.max(rows.length, columns.length)));
	const names = panels[0].lines.length > 1 ? 16 : 0;
	const height = step * Math.max(rows.length, columns.length) + 44 + names;
	const down = Math.ceil(panels.length / beside);
	const room = (width - 16 * (beside - 1)) / beside;
	const svg = canvasOf(width, down * height, said);
	const [before, after] = [widest(rows) + 8, widest(columns) + 8];
	panels.forEach((panel, i) => {
		const [x, y] = [(i % beside) * (room + 16), Math.floor(i / beside) * height];
		const at = (r) => y + 36 + names + (r + 0.5) * step;
		svg.append(words(x, y + 12, panel.title, colors, { "font-weight": 600, "font-size": 13 }));
		svg.append(words(x, y + 28 + names, labels.query, colors, { fill: colors.muted }));
		svg.append(words(x + room, y + 28 + names, labels.key, colors, { "text-anchor": "end", fill: colors.muted }));
		let along = x;
		for (const { values, color, name } of panel.lines) {
			if (names) {
				svg.append(words(along, y + 28, `▬ ${name}`, colors, { fill: color }));
				along += 12 + 6.4 * name.length;
			}
			values.forEach((row, r) =>
				row.forEach((value, c) => {
					const weight = Math.abs(value);
					if (weight < 0.03) return;
					const [from, to] = [x + before + 5, x + room - after - 5];
					const path = `M${from} ${at(r)} C${(from + to) / 2} ${at(r)} ${(from + to) / 2} ${at(c)} ${to} ${at(c)}`;
					const stroke = panel.change ? ARM_COLORS[value > 0 ? "shift" : "base"] : color;
					svg.append(shape("path", { d: path, fill: "none", stroke, "stroke-width": 0.6 + 3 * weight, "stroke-opacity": Math.min(1, 0.15 + weight) }));
				}),
			);
		}
		rows.forEach((row, r) => svg.append(words(x + before, at(r) + 4, short(row.label), colors, { "text-anchor": "end" })));
		columns.forEach((column, c) => svg.append(words(x + room - after, at(c) + 4, short(column.label), colors)));
	});
	return { svg, locate: () => null, mark: () => [] };
};

// Every head small: { layer, head, values }, in rows of one layer.
const headsFigure = (items, nHeads, change, width, colors, labels, said) => {
	const side = Math.max(36, Math.min(150, (width - 60) / nHeads - 10));
	const ratio = items[0].values.length / items[0].values[0].length;
	const tall = Math.max(24, Math.min(1.5 * side, side * ratio));
	const layers = Math.max(...items.map((item) => item.layer)) + 1;
	const svg = canvasOf(width, layers * (tall + 12) + 44, said);
	const panels = items.map((item) => ({ ...item, change }));
	const paint = painters(panels, colors);
	const boxes = panels.map((item) => {
		const [x, y] = [56 + item.head * (side + 10), 20 + item.layer * (tall + 12)];
		svg.append(matrixAt(x, y, side, tall, item.values, paint.of(item)));
		svg.append(shape("rect", { x, y, width: side, height: tall, fill: "none", stroke: colors.grid }));
		if (!item.layer) svg.append(words(x, 12, labels.head.replace("{n}", item.head), colors));
		if (!item.head) svg.append(words(0, y + tall / 2, labels.layer.replace("{n}", item.layer), colors));
		return { ...item, x, y };
	});
	scales(svg, panels, paint, layers * (tall + 12) + 28, 56, colors, labels);
	const inside = (box, px, py) => px >= box.x && px < box.x + side && py >= box.y && py < box.y + tall;
	return { svg, locate: (px, py) => boxes.find((box) => inside(box, px, py)) || null, mark: () => [] };
};

// Weight over a whole number: one line for each arm, and bands where there are intervals:
// { name, color, dash, mean, low, high }; the first value belongs to ``from``, ``ticks`` apart.
const curveFigure = (series, from, ticks, axis, width, colors, labels, said) => {
	const [height, left, bottom, top] = [270, 44, 40, 34];
	const svg = canvasOf(width, height, said);
	const shown = series.flatMap((one) => [...(one.high || one.mean)].filter(Number.isFinite));
	const most = 1.08 * Math.max(0.01, ...shown);
	const last = Math.max(1, ...series.map((one) => [...one.mean].findLastIndex(Number.isFinite)));
	const first = Math.min(...series.map((one) => Math.max(0, [...one.mean].findIndex(Number.isFinite))));
	const x = (i) => left + ((width - left - 12) * (i - first)) / Math.max(1, last - first);
	const y = (v) => height - bottom - ((height - bottom - top) * v) / most;
	for (let i = 0; i <= 4; i++) {
		const value = (most * i) / 4;
		svg.append(shape("line", { x1: left, x2: width - 12, y1: y(value), y2: y(value), stroke: colors.grid }));
		svg.append(words(left - 5, y(value) + 4, value.toFixed(2), colors, { "text-anchor": "end" }));
	}
	for (let i = Math.ceil(first / ticks) * ticks; i <= last; i += ticks) {
		const at = i + from;
		svg.append(words(x(i), height - bottom + 14, from < 0 && at > 0 ? `+${at}` : String(at).replace("-", "−"), colors, { "text-anchor": "middle" }));
	}
	if (from < 0) svg.append(shape("line", { x1: x(-from), x2: x(-from), y1: top, y2: height - bottom, stroke: colors.muted, "stroke-dasharray": "2 3" }));
	svg.append(words((left + width) / 2, height - 6, axis, colors, { "text-anchor": "middle" }));
	let along = left;
	for (const one of series) {
		const points = (values) => [...values].map((v, i) => [i, v]).filter(([, v]) => Number.isFinite(v)).map(([i, v]) => `${x(i)},${y(v)}`);
		if (one.high) svg.append(shape("polygon", { points: [...points(one.high), ...points(one.low).reverse()].join(" "), fill: one.color, "fill-opacity": 0.16 }));
		svg.append(shape("polyline", { points: points(one.mean).join(" "), fill: "none", stroke: one.color, "stroke-width": 2, "stroke-dasharray": one.dash || "none" }));
		svg.append(shape("line", { x1: along, x2: along + 18, y1: 8, y2: 8, stroke: one.color, "stroke-width": 2, "stroke-dasharray": one.dash || "none" }));
		svg.append(words(along + 22, 12, one.name, colors));
		along += 36 + 6.6 * [...one.name].length;
	}
	svg.append(words(4, top - 6, labels.weight_axis, colors, { fill: colors.muted }));
	return { svg, locate: () => null, mark: () => [] };
};
const profileFigure = (series, reach, width, colors, labels, said) => curveFigure(series, -reach, reach / 4, labels.offset_axis, width, colors, labels, said);
const placeFigure = (series, width, colors, labels) => curveFigure(series, 0, 4, labels.place_axis, width, colors, labels, labels.place_axis).svg;

// Two figures as one: side by side, or below one another where there is no room.
const beside = (one, other, width) => {
	const [w, h] = ["width", "height"].map((name) => Number(one.svg.getAttribute(name)));
	const down = 2 * w > width;
	const svg = canvasOf(width, down ? 2 * h : h, one.svg.getAttribute("aria-label"));
	const second = shape("g", { transform: down ? `translate(0 ${h})` : `translate(${width - w} 0)` });
	second.append(...other.childNodes);
	svg.append(...one.svg.childNodes, second);
	return { ...one, svg };
};

// Saves a figure as it is seen.
const saved = (svg, colors) => {
	const copy = svg.cloneNode(true);
	for (const mark of copy.querySelectorAll(".sd-mark")) mark.remove();
	copy.prepend(shape("rect", { width: "100%", height: "100%", fill: colors.background }));
	return new XMLSerializer().serializeToString(copy);
};
const download = (href, name) => {
	const link = make("a");
	Object.assign(link, { href, download: name });
	document.body.append(link);
	link.click();
	link.remove();
};
const saveSvg = (svg, colors, name) => {
	const url = URL.createObjectURL(new Blob([saved(svg, colors)], { type: "image/svg+xml" }));
	download(url, `${name}.svg`);
	setTimeout(() => URL.revokeObjectURL(url), 10000);
};
const savePng = async (svg, colors, name) => {
	const image = new Image();
	image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(saved(svg, colors))}`;
	await image.decode();
	const canvas = document.createElement("canvas");
	canvas.width = 2 * svg.width.baseVal.value;
	canvas.height = 2 * svg.height.baseVal.value;
	const context = canvas.getContext("2d");
	context.imageSmoothingEnabled = false;
	context.drawImage(image, 0, 0, canvas.width, canvas.height);
	download(canvas.toDataURL("image/png"), `${name}.png`);
};
