import type { UserTexts } from "../user-texts.ts";

/** Spanish. */
export const es: UserTexts = {
  direction: "ltr",
  notification: {
    title: "Solicitud de asistencia remota",
    body: "El soporte informático de {organization} quiere ayudarle en este dispositivo. Acepte solo si está en contacto con él y le indica el código {matchCode}.",
  },
  preview:
    "El soporte informático de {organization} quiere ayudarle en su dispositivo. Código de verificación: {matchCode}",
  mail: {
    subject: "El soporte informático de {organization} quiere ayudarle en su dispositivo",
    asks: "El soporte informático de {organization} quiere ayudarle en su dispositivo {device}.",
    open: "Abra la solicitud en ese dispositivo. Allí podrá aceptarla o rechazarla.",
    unexpected: "Si no ha pedido ayuda, abra la solicitud e indíquelo allí.",
    button: "Ver la solicitud",
    address: "Si el botón no funciona, copie esta dirección en su navegador:",
  },
  page: {
    askTitle: "¿Permite que su soporte informático le ayude en este dispositivo?",
    who: "Quién lo solicita",
    why: "Motivo",
    device: "Dispositivo",
    matchCode: "Código de verificación",
    warning:
      "Acepte solo si está en contacto con su soporte informático y este le indica el mismo código de verificación.",
    next: "Qué ocurrirá después",
    computerOpens: "Se abrirá TeamViewer o se descargará su pequeño programa QuickSupport.",
    computerAllows: "Ábralo y permita la conexión cuando se lo pregunte.",
    appStore: "Primero instale TeamViewer QuickSupport desde el App Store",
    googlePlay: "Primero instale TeamViewer QuickSupport desde Google Play",
    phoneContinues: "Después vuelva aquí y continúe. Se abrirá QuickSupport.",
    androidAllows: "Permita la conexión cuando QuickSupport se lo pregunte.",
    appleAllows: "Permita la conexión y luego inicie usted mismo la transmisión de la pantalla.",
    unseen: "Nadie puede ver su pantalla antes de que usted lo permita.",
    accept: "Aceptar",
    decline: "Rechazar",
    notRequested: "No lo he solicitado",
    acceptedTitle: "Ha aceptado",
    acceptedText:
      "Continúe a TeamViewer para que su soporte informático pueda conectarse, o rechace finalmente la solicitud.",
    goOn: "Continuar a TeamViewer",
    declinedTitle: "Ha rechazado la solicitud",
    declinedText: "Nadie puede conectarse a su dispositivo. Puede cerrar esta página.",
    reportedTitle: "Gracias por avisarnos",
    reportedText:
      "La solicitud ha terminado y nadie puede conectarse a su dispositivo. Su soporte informático sabrá que usted no la pidió. Puede cerrar esta página.",
    overTitle: "Este enlace ya no está en uso",
    overText:
      "La solicitud ya se respondió, ha terminado o nunca existió. Si todavía necesita ayuda, póngase en contacto con su soporte informático.",
    failedTitle: "No ha funcionado",
    failedText:
      "Vuelva a intentarlo dentro de un momento. Si ocurre de nuevo, indique este número a su soporte informático:",
  },
};
