// On the visit's page: questions that an answer calls for appear with it. Without this all of them stand there.

const { tend } = await import(document.getElementById("visit-script").dataset.added);
tend(document.querySelector(".visit-form"));
