// The languages, and the page as a projector shows it; every other part of the address stays.
drawWith((root, value) => {
	const query = (name, wanted) => {
		const asked = new URLSearchParams(location.search);
		if (wanted) asked.set(name, wanted);
		else asked.delete(name);
		return `?${asked}`;
	};
	const nav = make("nav");
	const link = (text, href, lang) => {
		const made = make("a", "", text);
		Object.assign(made, { href, lang });
		if (nav.childNodes.length) nav.append(" · ");
		nav.append(made);
	};
	for (const [lang, name] of value.languages) link(name, query("lang", lang), lang);
	const language = navigator.language.slice(0, 2);
	const big = document.documentElement.classList.contains("sd-big");
	const texts = big ? value.usual : value.big;
	link(texts[language] || texts.en, query("big", big ? "" : "1"), language);
	root.append(nav);
});
