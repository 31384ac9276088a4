// Runs before the page: ?big=1 asks for the page as a projector shows it.
if (new URLSearchParams(location.search).get("big") === "1") document.documentElement.classList.add("sd-big");
