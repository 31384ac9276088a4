// Runs before the page: its language is that of ?lang=, else that of the browser.
(() => {
	const asked = new URLSearchParams(location.search).get("lang");
	const wanted = asked === "zh" || asked === "en" ? asked : navigator.language || "en";
	const language = wanted.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
	Object.defineProperty(navigator, "language", { get: () => language });
	Object.defineProperty(navigator, "languages", { get: () => [language] });
})();
