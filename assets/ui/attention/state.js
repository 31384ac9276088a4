// What is looked at, and how: one object that the parts of the laboratory share.
const fresh = () => ({ key: "", kind: "", heads: [], view: "heat", pair: "", pin: -1, special: true, merge: false, renormalise: false, threshold: 0 });
const look = window.shiftdemoAttention || fresh();
window.shiftdemoAttention = look;

const makeLab = (value) => ({
	value,
	gradients: null,
	drawn: null, // the panels of the heatmap that is seen
	get labels() {
		return this.value.labels;
	},
	get colors() {
		return this.value.colors[document.body.classList.contains("dark") ? "dark" : "light"];
	},
	get map() {
		return this.value.maps.find((one) => one.kind === look.kind);
	},
	get arms() {
		return this.value.arms.filter(({ arm }) => this.map.arms[arm]);
	},
	// What can be set side by side: the two models, or one before the shift and now.
	get pairs() {
		const { labels, arms } = this;
		const { changed } = this.value.shift;
		const own = changed ? arms.map(({ arm, name }) => [arm, labels.pair_own.replace("{arm}", name)]) : [];
		if (arms.length > 1) return [["arms", labels.pair_arms], ...own];
		return own.length ? own : [["", labels.pair_one]];
	},
	get moved() {
		const { moved, layers, heads } = this.map;
		return moved[look.pair] || Array.from({ length: layers }, () => Array(heads).fill(0));
	},
	get mapTitle() {
		const { map, map_arms, map_own } = this.labels;
		if (!this.map.moved[look.pair]) return map;
		const { name } = this.value.arms.find(({ arm }) => arm === look.pair) || {};
		return look.pair === "arms" ? map_arms : map_own.replace("{arm}", name);
	},
	get mostMoved() {
		const flat = this.moved.flatMap((row, layer) => row.map((v, head) => [v, layer, head]));
		return [flat.reduce((best, one) => (one[0] > best[0] ? one : best)).slice(1)];
	},
	// Keeps what was picked where there still is such a thing.
	settle() {
		const key = [this.value.task, ...this.value.maps.map((map) => [map.kind, map.layers, map.heads])].join("/");
		if (look.key !== key) Object.assign(look, { kind: "", heads: [], pin: -1 });
		look.key = key;
		if (!this.map) look.kind = this.value.maps.at(-1).kind;
		if (!this.pairs.some(([name]) => name === look.pair)) look.pair = this.pairs[0][0];
		look.heads = look.heads.filter(([layer, head]) => layer < this.map.layers && head < this.map.heads);
		if (!look.heads.length) look.heads = this.mostMoved;
		if (look.pin >= this.map.queries.length) look.pin = -1;
	},
	// The maps that are set side by side: { one, arm, title, dash }.
	get sources() {
		const own = this.map.arms;
		const titled = ({ arm, mark, name }) => ({ one: own[arm].now, arm, title: `${mark} ${name}` });
		if (look.pair === "arms") return this.arms.map(titled);
		const now = titled(this.value.arms.find((one) => one.arm === (look.pair || "base")));
		const { before } = own[now.arm];
		if (!before) return [now];
		const { shift } = this.value;
		return [
			{ one: before, arm: now.arm, title: `${now.title}, ${shift.before}`, dash: "5 4" },
			{ ...now, title: `${now.title}, ${shift.place}` },
		];
	},
	panels(heads) {
		const shown = this.sources.map(({ one, title }) => ({ title, ...arranged(this.map, one, heads, look) }));
		if (shown.length < 2) return shown;
		const values = minus(shown[1].values, shown[0].values);
		const title = `${this.labels.difference} (${look.pair === "arms" ? "▲ − ●" : this.labels.after_before})`;
		return [...shown, { ...shown[1], title, change: true, values }];
	},
	// What can be read aloud, and what says more.
	get told() {
		const [layer, head] = look.heads[0];
		const [[l, h]] = this.mostMoved;
		const most = l === layer && h === head && this.map.moved[look.pair] ? ` ${look.pair === "arms" ? this.labels.most_arms : this.labels.most_own}` : "";
		if (look.heads.length > 1) return [`${this.labels.mean.replace("{n}", look.heads.length)} · ${this.map.name}`, ""];
		const [main, more] = this.map.said[layer][head];
		return [main + most, more];
	},
	get sentence() {
		return this.told[0];
	},
});

const views = {
	heat: (lab, width, height) => {
		lab.drawn = lab.panels(look.heads);
		return heatFigure(lab.drawn, width, lab.colors, lab.labels, lab.sentence, height);
	},
	lines: (lab, width) => {
		const several = look.heads.length > 1 && look.heads.length <= HEAD_COLORS.length;
		const made = (several ? look.heads.map((head) => [head]) : [look.heads]).map((heads) => lab.panels(heads));
		const panels = made[0].map((panel, i) => ({
			...panel,
			lines: made.map((own, k) => ({
				values: own[i].values,
				color: several ? HEAD_COLORS[k] : ARM_COLORS[lab.sources[i]?.arm] || ARM_COLORS.base,
				name: several ? `L${look.heads[k][0]} H${look.heads[k][1]}` : "",
			})),
		}));
		const shown = several ? panels.filter((panel) => !panel.change) : panels;
		return lineFigure(shown, width, lab.colors, lab.labels, lab.sentence);
	},
	heads: (lab, width) => {
		const { map, sources } = lab;
		const items = [];
		for (let layer = 0; layer < map.layers; layer++) {
			for (let head = 0; head < map.heads; head++) {
				const shown = sources.map(({ one }) => arranged(map, one, [[layer, head]], look).values);
				items.push({ layer, head, values: shown.length > 1 ? minus(shown[1], shown[0]) : shown[0] });
			}
		}
		return headsFigure(items, map.heads, sources.length > 1, width, lab.colors, lab.labels, lab.labels.heads);
	},
	profile: (lab, width) => {
		const reach = (lab.sources[0].one.profile.sizes[2] - 1) / 2;
		const series = (name) => lab.sources.map(({ one, arm, title, dash }) => ({ name: title, color: ARM_COLORS[arm], dash, mean: meanOf(one[name], look.heads) }));
		const half = width < 700 ? width : width / 2 - 10;
		const figure = profileFigure(series("profile"), reach, half, lab.colors, lab.labels, lab.sentence);
		return beside(figure, placeFigure(series("places"), half, lab.colors, lab.labels), width);
	},
};
