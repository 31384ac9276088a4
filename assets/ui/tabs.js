// Runs before the page: a reload, or a change of the language, comes back to the tab that was open.
(() => {
	const KEY = "shiftdemo-tab";
	const tabs = () => [...document.querySelectorAll("#tabs [role=tab]")];
	const stored = () => {
		try {
			return Number(sessionStorage.getItem(KEY));
		} catch {
			return 0; // a frame that may store nothing
		}
	};
	const wanted = stored();
	document.addEventListener("click", (event) => {
		const place = tabs().indexOf(event.target.closest("[role=tab]"));
		try {
			if (place >= 0) sessionStorage.setItem(KEY, place);
		} catch {
			// not remembered
		}
	});
	if (!(wanted > 0)) return;
	const waiting = new MutationObserver(() => {
		const tab = tabs()[wanted];
		if (!tab) return;
		waiting.disconnect();
		tab.click();
	});
	waiting.observe(document, { childList: true, subtree: true });
})();
