// Attention weights out of a few bytes, and what is made of them before they are drawn.
const SCALE = 10000;
const NOTHING = 65535;

const unpack = async ({ shape: sizes, data }) => {
	const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
	const planes = new Uint8Array(await new Response(stream).arrayBuffer());
	const n = planes.length / 2;
	const values = new Float32Array(n);
	for (let i = 0; i < n; i++) {
		const whole = planes[i] * 256 + planes[n + i];
		values[i] = whole === NOTHING ? NaN : whole / SCALE;
	}
	return { sizes, values };
};

// One kind of attention, once it is looked at.
const unpackMap = async (map) => {
	const waiting = [];
	for (const own of Object.values(map.arms)) {
		for (const one of [own.now, own.before]) {
			for (const name of ["weights", "outside", "profile", "places"]) {
				if (!one?.[name]?.data) continue;
				const kept = unpack(one[name]).then((found) => {
					one[name] = found;
				});
				waiting.push(kept);
			}
		}
	}
	await Promise.all(waiting);
};

// The mean over some heads, [[layer, head], …], of what each has: a flat array.
const meanOf = ({ sizes, values }, heads) => {
	const size = sizes.slice(2).reduce((a, b) => a * b, 1);
	const mean = new Float32Array(size);
	for (const [layer, head] of heads) {
		const start = (layer * sizes[1] + head) * size;
		for (let i = 0; i < size; i++) mean[i] += values[start + i] / heads.length;
	}
	return mean;
};

const isSpecial = (words, i) => words.length > 0 && words[i] === null;
const bare = (token) => (token.startsWith("·") && token.length > 1 ? token.slice(1) : token);

// Rows or columns as they are shown: each is one token, or the pieces of one word.
const groups = (tokens, words, look) => {
	const found = [];
	tokens.forEach((token, i) => {
		if (!look.special && isSpecial(words, i)) return;
		const word = words.length ? words[i] : null;
		const last = found.at(-1);
		if (look.merge && word !== null && last && last.word === word && last.at.at(-1) === i - 1) {
			last.at.push(i);
			last.label = (last.label === "▁" ? "" : last.label) + bare(token);
		} else {
			found.push({ label: token, word, at: [i] });
		}
	});
	return found.length ? found : tokens.map((token, i) => ({ label: token, word: null, at: [i] }));
};

// A map as it is shown: values[row][column]; a sum over a word's keys, a mean over its queries.
const arranged = (map, one, heads, look) => {
	const rows = groups(map.queries, map.query_words, look);
	const columns = groups(map.keys, map.key_words, look);
	const n = map.keys.length;
	const mean = meanOf(one.weights, heads);
	const values = rows.map((row) => {
		const line = columns.map((column) => {
			let sum = 0;
			for (const q of row.at) for (const k of column.at) sum += mean[q * n + k];
			return sum / row.at.length;
		});
		const total = line.reduce((a, b) => a + b, 0);
		const scaled = look.renormalise && total > 0 ? line.map((w) => w / total) : line;
		return scaled.map((w) => (w < look.threshold ? 0 : w));
	});
	return { rows, columns, values };
};

const largest = (values) => values.reduce((most, row) => row.reduce((m, v) => Math.max(m, Math.abs(v)), most), 0);
const minus = (one, other) => one.map((row, r) => row.map((v, c) => v - other[r][c]));

// A colour of a scale of stops [[0, "#RRGGBB"], …, [1, "#RRGGBB"]], as [red, green, blue].
const channels = (color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
const colorAt = (stops, share) => {
	const at = Math.min(1, Math.max(0, share));
	const next = Math.max(1, stops.findIndex(([stop]) => stop >= at));
	const [[low, from], [high, to]] = [stops[next - 1], stops[next]];
	const part = (at - low) / (high - low);
	const [a, b] = [channels(from), channels(to)];
	return a.map((channel, i) => Math.round(channel + part * (b[i] - channel)));
};
