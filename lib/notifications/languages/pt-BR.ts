import type { UserTexts } from "../user-texts.ts";

/** Portuguese as in Brazil. */
export const ptBR: UserTexts = {
  direction: "ltr",
  notification: {
    title: "Solicitação de suporte remoto",
    body: "A equipe de TI de {organization} quer ajudar você neste dispositivo. Aceite somente se estiver falando com ela e ela informar o código {matchCode}.",
  },
  preview: "A equipe de TI de {organization} quer ajudar você no seu dispositivo. Código de verificação: {matchCode}",
  mail: {
    subject: "A equipe de TI de {organization} quer ajudar você no seu dispositivo",
    asks: "A equipe de TI de {organization} quer ajudar você no seu dispositivo {device}.",
    open: "Abra a solicitação nesse dispositivo. Lá você pode aceitar ou recusar.",
    unexpected: "Se você não pediu ajuda, abra a solicitação e informe isso lá.",
    button: "Ver a solicitação",
    address: "Se o botão não funcionar, copie este endereço no seu navegador:",
  },
  page: {
    askTitle: "A equipe de TI pode ajudar você neste dispositivo?",
    who: "Quem solicita",
    why: "Motivo",
    device: "Dispositivo",
    matchCode: "Código de verificação",
    warning: "Aceite somente se estiver falando com a sua equipe de TI e ela informar o mesmo código de verificação.",
    next: "O que acontece depois",
    computerOpens: "O TeamViewer é aberto ou o pequeno programa QuickSupport é baixado.",
    computerAllows: "Abra-o e permita a conexão quando ele perguntar.",
    appStore: "Primeiro, instale o TeamViewer QuickSupport pela App Store",
    googlePlay: "Primeiro, instale o TeamViewer QuickSupport pelo Google Play",
    phoneContinues: "Depois, volte aqui e continue. O QuickSupport é aberto.",
    androidAllows: "Permita a conexão quando o QuickSupport perguntar.",
    appleAllows: "Permita a conexão e, em seguida, inicie você mesmo a transmissão da tela.",
    unseen: "Ninguém pode ver a sua tela antes que você permita.",
    accept: "Aceitar",
    decline: "Recusar",
    notRequested: "Eu não pedi isso",
    acceptedTitle: "Você aceitou",
    acceptedText: "Continue para o TeamViewer para a equipe de TI se conectar ou, se mudou de ideia, recuse.",
    goOn: "Continuar para o TeamViewer",
    declinedTitle: "Você recusou",
    declinedText: "Ninguém pode se conectar ao seu dispositivo. Você pode fechar esta página.",
    reportedTitle: "Obrigado por nos avisar",
    reportedText:
      "A solicitação foi encerrada e ninguém pode se conectar ao seu dispositivo. A equipe de TI será informada de que você não pediu ajuda. Você pode fechar esta página.",
    overTitle: "Este link não está mais em uso",
    overText:
      "A solicitação já foi respondida, foi encerrada ou nunca existiu. Se ainda precisar de ajuda, fale com a sua equipe de TI.",
    failedTitle: "Isso não funcionou",
    failedText: "Tente novamente daqui a pouco. Se acontecer de novo, informe este número à sua equipe de TI:",
  },
};
