#include "core/turn/completeness/english_words.h"

namespace voiceagent::turns {
namespace {

// Regular forms (books, booked, booking) come from their stems.
constexpr WordGroup kGroups[] = {
    // Small words.
    {kDeterminer, "the a an my your our their its every whose"},
    {kDeterminer, "another his"},
    {kDemonstrative,
     "this that these those all both each her many much no enough mine yours hers ours half"},
    {kDemonstrative | kQuantifier, "some any few several"},
    {kSubject, "i he she we they you it there everyone everybody someone somebody nobody"},
    {kObject,
     "me him her us them you it myself yourself himself herself itself ourselves themselves mine "
     "yours something anything everything nothing someone somebody anyone anybody everyone "
     "everybody "
     "nobody 'em"},
    {kPreposition,
     "of from with for at into without during between against toward towards among than via per "
     "about to under onto upon beside besides despite except including regarding concerning until "
     "till since versus near behind like as unlike beyond within by after before across past "
     "along"},
    {kParticle, "in on over around through"},
    {kParticle | kAdverb, "up off out down back away"},
    {kTo, "to"},
    {kCoordinator, "and or but nor plus so"},
    {kSubordinator,
     "if because when while although since until unless whether though whereas whenever wherever "
     "cause once before after as"},
    {kQuestionWord, "what who which where when why how whose whom whatever whichever"},
    {kBe, "am is are was were be been being 's 're 'm ai"},
    {kHave, "have has had having 've"},
    {kDo, "do does did"},
    {kModal, "can could will would shall should may might must 'll 'd ca wo sha cannot"},
    {kNegation, "not n't never"},
    {kModal | kVerb, "gonna wanna gotta"},

    // Verbs that need an object.
    {kVerb | kTransitive,
     "want get make take bring find use enjoy avoid cancel reserve deliver add install bought "
     "replace receive increase decrease raise reduce visit recommend include made took brought "
     "found sent lose lost got gotten build built catch caught choose chose prefer hate mention "
     "contain require provide create delete remove hire throw threw discuss confirm arrange "
     "schedule borrow withdraw deposit connect describe got"},
    {kVerb | kTransitive | kNoun,
     "need book transfer change love set check reset block update rent purchase activate plan "
     "place report request limit access"},
    {kVerb | kTransitive | kPreposition, "like"},
    {kVerb | kTransitive | kDitransitive,
     "give gave given send sent lend teach owe offer get make made find bring buy book order"},
    {kVerb | kDitransitive, "tell told show ask remind let pass inform"},
    {kVerb | kNoun | kDitransitive, "text email message"},

    // Verbs that a clause or another complement follows.
    {kVerb | kClausal,
     "think guess suppose believe know say said says mean wonder hear heard notice realize realise "
     "assume expect imagine suggest wish remember understand thought knew figure explain"},
    {kVerb | kClausal | kNoun, "hope"},
    {kVerb | kLinking,
     "mind seem become became keep kept tend used appear remain sound feel felt try tried manage "
     "decide supposed able unable willing"},

    // Verbs that may stand alone.
    {kVerb,
     "come came go went gone sit stand stood walk hurry slow calm stay look get grow speak spoke "
     "sleep "
     "slept happen arrive leave left wait listen live exist travel agree complain finish begin "
     "began eat ate eaten die laugh cry smoke breathe swim sing sang forget forgot freeze froze "
     "crash fell lie learn log reply spell apologise apologize meet met pick drop read write wrote "
     "see saw seen pay paid move hang hold wake woke plug print fix repeat navigate skip cook win "
     "won lock unlock pause resume mute sell sold broke break spend spent cost order put shut fill "
     "pull push carry clean open swell dim throw point"},
    {kVerb | kNoun,
     "call work play help stop start turn switch drive return run walk ride watch test search talk "
     "sleep rest cut cough hurt ache delay refund exchange upgrade download charge exit stay phone "
     "park close sign sound ring rain snow cost itch travel visit dance cycle plan fall stick "
     "dream "
     "smell taste hand sort drink step"},
    {kVerb | kPast,
     "went took got had made told gave said thought bought found sent paid knew felt saw heard "
     "kept "
     "brought came lost left met spoke wrote forgot fell began ate broke stood slept woke sold "
     "spent "
     "won became taught caught chose stole"},
    {kPast, "gone seen given been broken eaten"},
    {kVerb | kPast, "done taken written spoken forgotten stolen chosen driven"},
    {kPhrasal,
     "come came go went gone get got sit stand stood wake woke walk hurry slow calm stay look move "
     "hang hold grow break broke log sign check run drive step stop call back turn speed show"},
    {kMoving,
     "turn switch put take took pick bring set shut fill send call write throw cut drop wake move "
     "hand hold plug leave point look let carry pull push get try"},
    {kPlacing, "put turn switch"},
    {kTransitive, "put turn switch pick fill throw drop carry hand"},
    {kVerb | kAdjective, "open closed clean empty slow calm"},

    // Adjectives.
    {kAdjective,
     "good bad big small large little old young nice great fine happy sad tired sick ill sure "
     "ready "
     "free busy available open full hot cold warm cool cheap expensive fast slow quick long short "
     "high low loud quiet bright dark early late far easy hard difficult possible right wrong true "
     "false broken dizzy hungry thirsty allergic sore okay better worse heavy light clean dirty "
     "safe "
     "healthy serious funny sweet spicy vegan vegetarian fresh strong weak red blue green black "
     "white yellow grey brown stuck alone married correct perfect human urgent important "
     "interesting free "
     "nearby weird strange afraid sorry glad angry scared worried bored weak deep wide thin thick "
     "soft rough rich poor dead alive same cancelled online offline kind clear pregnant extra "
     "vacant"},
    {kAttributive,
     "new other same next last whole own certain different main current previous upcoming "
     "entire single double following recent sharp burning actual specific similar particular"},
    {kDegree, "very quite extremely rather fairly such slightly incredibly somewhat too super"},
    {kLeaning,
     "really just only even also almost nearly still always usually never often sometimes actually "
     "basically probably currently recently already normally generally maybe perhaps simply mostly "
     "literally definitely absolutely ever hardly"},
    {kAdverb,
     "here there now then again already yet soon later ago home once twice alone instead "
     "anyway anymore online offline upstairs downstairs inside outside below above nearby next "
     "last abroad everywhere somewhere anywhere "
     "nowhere together apart straight left right forward forwards backward backwards please either "
     "else well far "
     "fast enough louder quieter faster slower overnight altogether asleep away late early almost "
     "today tomorrow tonight yesterday"},
    {kTime,
     "today tomorrow tonight yesterday morning afternoon evening night week weekend month year day "
     "noon midnight monday tuesday wednesday thursday friday saturday sunday mondays tuesdays "
     "wednesdays thursdays fridays saturdays sundays"},
    {kNoun,
     "morning afternoon evening night week weekend month year day left right light back water "
     "second minute hour building family italy speed forest interest contest protest request "
     "harvest guest"},

    // What opens a sentence, fills it, or is enough by itself.
    {kNoun | kPartitive, "kind sort type pair bunch couple piece rid"},
    {kFiller, "uh um er erm hmm hm mm mmm ah uhm umm uhh eh huh"},
    {kMarker,
     "uh um er erm hmm hm mm ah well so and but okay ok yes yeah yep no nope please hey hi "
     "hello sorry right oh now then also actually basically alright thanks great sure "
     "anyway maybe perhaps ahm listen"},
    {kResponse,
     "yes yeah yep yup no nope okay ok sure thanks bye goodbye hello hi hey stop nothing maybe "
     "right "
     "correct exactly great perfect fine cool absolutely definitely alright never always sometimes "
     "really indeed sorry pardon probably perhaps certainly cheers amazing wonderful excellent "
     "awesome good wow true never cancel help continue repeat skip next louder quieter enough "
     "everything today tomorrow tonight none neither both"},

    // Numbers.
    {kDigit, "zero oh one two three four five six seven eight nine nought"},
    {kTeen, "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"},
    {kTens, "twenty thirty forty fifty sixty seventy eighty ninety"},
    {kScale, "hundred thousand million"},
    {kMultiplier, "double triple"},
    {kOrdinal,
     "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
     "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"},
    {kMonth,
     "january february march april may june july august september october november december"},
    {kConnector, "dot dash slash hyphen underscore colon minus hash"},
    {kNoun | kUnitCue, "timer payment amount weight length distance duration"},
    {kVerb | kUnitCue | kPast, "paid cost weighed"},
    {kVerb | kUnitCue,
     "pay transfer transferred charge charged cost weigh snooze spend spent wait "
     "withdraw deposit lasts"},
    {kNoun | kCodeCue,
     "number account order reference code card policy customer serial tracking "
     "membership digits id iban"},
    {kNoun | kZipCue, "zip postcode postal post"},
    {kNoun | kPinCue, "pin"},
    {kOpensRange, "between from"},
    {kApproximate, "about around"},
    {kNoun | kPhoneCue, "phone mobile telephone cell cellphone fax"},
    {kNoun | kStreetCue, "address street"},
    {kVerb | kStreetCue, "live lives"},
    {kNoun | kDateCue, "birthday birth date"},
    {kVerb | kDateCue | kPast, "born"},
    {kNoun | kMailCue, "email mail"},
};

constexpr std::string_view kFills = "filler";
constexpr std::string_view kAsksForTime = "asks for a moment";
constexpr std::string_view kFixed = "complete expression";
constexpr std::string_view kBegins = "beginning of a sentence";

constexpr Phrase kPhrases[] = {
    {"let me see", 0.06F, kFills},
    {"let me think", 0.06F, kFills},
    {"let 's see", 0.06F, kFills},
    {"i mean", 0.07F, kFills},
    {"kind of", 0.07F, kFills},
    {"sort of", 0.07F, kFills},
    {"or something like", 0.1F, kFills},
    {"how do you say", 0.08F, kFills},
    {"how do you call it", 0.08F, kFills},
    {"what 's it called", 0.2F, kFills},
    {"hang on", 0.2F, kAsksForTime},
    {"hold on", 0.2F, kAsksForTime},
    {"one moment", 0.25F, kAsksForTime},
    {"just a moment", 0.25F, kAsksForTime},
    {"one second", 0.25F, kAsksForTime},
    {"just a second", 0.25F, kAsksForTime},
    {"give me a second", 0.25F, kAsksForTime},
    {"wait a minute", 0.25F, kAsksForTime},
    {"make it", 0.3F, kBegins, true},
    {"wait", 0.25F, kAsksForTime, true},
    {"let me check", 0.25F, kAsksForTime},
    {"let me look", 0.2F, kAsksForTime},
    {"so i was like", 0.05F, kBegins},
    {"the thing is", 0.05F, kBegins},
    {"the other day", 0.15F, kBegins, true},
    {"even though", 0.04F, kBegins},
    {"as soon as", 0.04F, kBegins},
    {"as long as", 0.04F, kBegins},
    {"in order to", 0.04F, kBegins},
    {"so that", 0.06F, kBegins},
    {"instead of", 0.04F, kBegins},
    {"let 's say", 0.08F, kBegins},
    {"never mind", 0.95F, kFixed},
    {"of course", 0.93F, kFixed},
    {"of course not", 0.95F, kFixed},
    {"thank you", 0.95F, kFixed},
    {"that 's it", 0.93F, kFixed},
    {"that 's all", 0.93F, kFixed},
    {"nothing else", 0.93F, kFixed},
    {"think so", 0.92F, kFixed},
    {"hope so", 0.92F, kFixed},
    {"guess so", 0.92F, kFixed},
    {"suppose so", 0.92F, kFixed},
    {"how so", 0.9F, kFixed},
    {"why not", 0.92F, kFixed},
    {"not yet", 0.92F, kFixed},
    {"rather not", 0.9F, kFixed},
    {"not really", 0.92F, kFixed},
    {"not at all", 0.92F, kFixed},
    {"at all", 0.88F, kFixed},
    {"as well", 0.88F, kFixed},
    {"too", 0.8F, kFixed},
    {"or not", 0.9F, kFixed},
    {"or so", 0.85F, kFixed},
    {"and so on", 0.85F, kFixed},
    {"right now", 0.9F, kFixed},
    {"for now", 0.9F, kFixed},
    {"so far", 0.85F, kFixed},
    {"to go", 0.8F, kFixed},
    {"how are you", 0.93F, kFixed},
    {"how are you doing", 0.93F, kFixed},
    {"how about you", 0.93F, kFixed},
    {"what about you", 0.93F, kFixed},
    {"and you", 0.75F, kFixed, true},
    {"are you there", 0.93F, kFixed},
    {"what 's up", 0.93F, kFixed},
    {"what 's on", 0.8F, kFixed},
    {"what 's going on", 0.93F, kFixed},
    {"come on", 0.85F, kFixed},
    {"go on", 0.85F, kFixed},
    {"go ahead", 0.9F, kFixed},
    {"i see", 0.85F, kFixed},
    {"i know", 0.75F, kFixed},
    {"i understand", 0.88F, kFixed},
    {"i do n't know", 0.75F, kFixed},
    {"i do n't understand", 0.85F, kFixed},
    {"i ca n't remember", 0.75F, kFixed},
    {"i do n't remember", 0.75F, kFixed},
    {"i forgot", 0.65F, kFixed},
    {"it depends", 0.8F, kFixed},
    {"excuse me", 0.8F, kFixed},
    {"no way", 0.9F, kFixed},
    {"the same", 0.65F, kFixed},
    {"this one", 0.85F, kFixed},
    {"that one", 0.85F, kFixed},
    {"the one", 0.5F, kFixed},
    {"let me know", 0.8F, kFixed},
    {"a little", 0.75F, kFixed},
    {"a bit", 0.75F, kFixed},
    {"a lot", 0.8F, kFixed},
    {"the most", 0.75F, kFixed},
    {"the least", 0.75F, kFixed},
    {"each other", 0.85F, kFixed},
    {"like that", 0.82F, kFixed},
    {"like this", 0.8F, kFixed},
    {"once more", 0.88F, kFixed},
    {"any more", 0.85F, kFixed},
    {"no more", 0.85F, kFixed},
    {"some more", 0.8F, kFixed},
    {"tell me more", 0.9F, kFixed},
    {"say that again", 0.9F, kFixed},
};

}  // namespace

const Lexicon& english_lexicon() {
  static const Lexicon lexicon(kGroups);
  return lexicon;
}

std::span<const Phrase> english_phrases() { return kPhrases; }

}  // namespace voiceagent::turns
