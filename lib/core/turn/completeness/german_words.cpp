#include "core/turn/completeness/german_words.h"

namespace voiceagent::turns {
namespace {

constexpr WordGroup kGroups[] = {
    {kDeterminer,
     "ein eine einen einem einer eines kein keine keinen keinem keiner mein meine meinen meinem "
     "meiner dein deine deinen deinem deiner seine seinen seinem seiner ihre ihren ihrem ihrer "
     "unser "
     "unsere unseren unserem unserer eure euren eurem jede jeden jedem jeder jedes"},
    {kDemonstrative, "der die das den dem des dieser diese dieses diesen diesem"},
    {kSubject, "ich du er wir ihr man sie es"},
    {kObject, "mich dich ihn uns euch mir dir ihm ihnen sich sie es"},
    {kPreposition,
     "mit von für bei nach zu seit bis gegen ohne durch um über unter vor hinter neben zwischen in "
     "an "
     "auf aus ab wegen trotz statt als wie pro am im zum zur vom beim ins ans gegenüber"},
    {kParticle, "an aus ein auf ab zu vor mit um nach los weg her hin zurück fest frei weiter"},
    {kOpensRange, "zwischen von"},
    {kApproximate, "ungefähr etwa circa"},
    {kCoordinator, "und oder aber denn sondern sowie"},
    {kSubordinator,
     "dass weil wenn ob damit obwohl bevor nachdem sobald falls während sodass solange"},
    {kQuestionWord,
     "was wer wen wem wo wann warum wie wieso weshalb woher wohin welche welcher welches welchen "
     "wieviel wieviele womit wofür"},
    {kBe, "bin bist ist sind seid war waren wäre wären"},
    {kHave, "habe hast hat habt hatte hatten hätte hätten"},
    {kHave | kInfinitive, "haben"},
    {kBe | kInfinitive, "sein"},
    {kModal,
     "kann kannst können könnt könnte könntest könnten muss musst müssen müsste soll sollst sollen "
     "sollte darf dürfen dürfte wird wirst werde werdet würde würdest würden"},
    {kModal | kInfinitive, "werden"},
    // These take an object as well as an infinitive.
    {kDo | kTransitive, "will willst wollen wollte möchte möchtest möchten mag"},
    {kNegation, "nicht nie"},
    {kDegree, "sehr ziemlich besonders extrem etwas so ganz noch gerne gern nur"},
    {kVerb | kTransitive,
     "brauche brauchst brauchen suche suchst nehme nimmst gebe gibst gibt bestelle buche bezahle "
     "finde kaufe zeige sage schicke"},
    {kVerb | kPhrasal,
     "mach mache machst macht schalte schalt schaltest ruf rufe rufst ruft stell stelle stellst "
     "nimm "
     "bring bringe hör höre komm komme kommst kommt geh gehe gehst geht fang leg zieh gib schick "
     "lies steh fahr fahre fährst fährt"},
    {kPlacing, "stell stelle stellst"},
    {kVerb | kInfinitive, "gehen kommen machen helfen sagen wiederholen sprechen reden tun"},
    {kVerb,
     "weiß weißt glaube glaubst denke denkst heiße heißt wohne wohnst wohnt arbeite spiel spiele "
     "spielt bleibe bleibt kostet funktioniert gefällt liegt steht regnet beginnt endet dauert "
     "passt stimmt reicht wollte"},
    {kAdjective,
     "neu alt groß klein gut schlecht schön lang kurz früh spät billig teuer ander nächst letzt "
     "erst "
     "zweit dritt schnell langsam ganz richtig falsch warm kalt rot blau weiß schwarz grün"},
    {kAdverb, "hier dort da jetzt heute morgen gestern später bald wieder auch schon immer"},
    {kFiller, "äh ähm öh hm hmm mhm"},
    {kMarker, "äh ähm also ja nein doch okay ok gut na dann und aber hallo bitte danke"},
    {kResponse,
     "ja nein doch okay ok gut danke bitte genau richtig klar gerne nichts stopp stop tschüss "
     "hallo "
     "vielleicht natürlich super weiter egal niemals heute morgen"},
    {kDigit, "null eins zwei zwo drei vier fünf sechs sieben acht neun"},
    {kTeen, "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"},
    {kTens, "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"},
    {kScale, "hundert tausend"},
    {kOrdinal,
     "erste ersten zweite zweiten dritte dritten vierte vierten fünfte fünften sechste sechsten "
     "siebte siebten achte achten neunte neunten zehnte zehnten elften zwölften zwanzigsten"},
    {kMonth | kNoun,
     "januar februar märz april mai juni juli august september oktober november dezember"},
    {kConnector, "punkt bindestrich strich unterstrich"},
    {kNoun | kCodeCue, "nummer kundennummer kontonummer bestellnummer code kennwort"},
    {kNoun | kPhoneCue, "telefonnummer handynummer telefon handy mobilnummer"},
    {kNoun | kZipCue, "postleitzahl"},
    {kNoun | kPinCue, "pin"},
    {kNoun | kStreetCue, "adresse straße"},
    {kNoun | kDateCue, "geburtstag geburtsdatum geboren"},
    {kNoun | kUnitCue, "timer betrag"},
};

constexpr std::string_view kFixed = "complete expression";

constexpr Phrase kPhrases[] = {
    {"auf wiedersehen", 0.95F, kFixed},
    {"auf wiederhören", 0.95F, kFixed},
    {"warum nicht", 0.92F, kFixed},
    {"noch nicht", 0.9F, kFixed},
    {"gar nicht", 0.9F, kFixed},
    {"glaube schon", 0.9F, kFixed},
    {"glaube nicht", 0.9F, kFixed},
    {"das ist alles", 0.93F, kFixed},
    {"sonst nichts", 0.93F, kFixed},
    {"nicht mehr", 0.85F, kFixed},
    {"vielen dank", 0.95F, kFixed},
    {"weiß nicht", 0.75F, kFixed},
    {"zu hause", 0.85F, kFixed},
    {"moment", 0.2F, "asks for a moment"},
    {"warte mal", 0.2F, "asks for a moment"},
    {"das heißt", 0.06F, "beginning of a sentence"},
    {"und dann", 0.1F, "beginning of a sentence"},
};

}  // namespace

const Lexicon& german_lexicon() {
  static const Lexicon lexicon(kGroups);
  return lexicon;
}

std::span<const Phrase> german_phrases() { return kPhrases; }

}  // namespace voiceagent::turns
