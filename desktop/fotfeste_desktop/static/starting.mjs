// Asks again as soon as the last question is answered: the program answers when the key store has, or after a while.
const again = () => location.replace("/");
fetch("/starting").then(again, () => setTimeout(again, 2000));
