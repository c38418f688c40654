#include "providers/llm/intents/intents_file.h"

namespace voiceagent::intents {
namespace {

constexpr std::string_view kBuiltin = R"json({
  "version": 1,
  "intents": [
    {
      "name": "greeting",
      "sentences": [
        "(hello|hi|hey) [there|again]",
        "good (morning|afternoon|evening|day)",
        "greetings"
      ],
      "replies": ["Hello! What can I do for you?", "Hi there! How can I help?"]
    },
    {
      "name": "help",
      "sentences": [
        "help [me]",
        "(can|could) you help me [out]",
        "i need [some] help",
        "what can (you do|i say|i ask you|you help me with)",
        "what do you (do|know)",
        "how does this work",
        "what are my options"
      ],
      "replies": [
        "You can ask me for the time or the date, have me repeat what I said, or say goodbye."
      ]
    },
    {
      "name": "time",
      "sentences": [
        "[can you tell me|do you know|please tell me] what time it is [now|right now]",
        "what time is it [now|right now]",
        "(what is|tell me|give me) the (time|current time) [please]",
        "[do you] have the time",
        "time please"
      ],
      "replies": ["It is {time}."]
    },
    {
      "name": "date",
      "sentences": [
        "what (is the date|date is it|day is it|is today's date) [today]",
        "what is today",
        "what day of the week is it",
        "[can you tell me|do you know] what (day|date) it is [today]",
        "(tell me|give me) (the date|today's date)",
        "which day is (it|today) [today]"
      ],
      "replies": ["Today is {date}."]
    },
    {
      "name": "repeat",
      "sentences": [
        "(repeat|say) (that|it) [again] [please]",
        "say again [please]",
        "please repeat",
        "(can|could|would) you (repeat that|say that again|repeat it|repeat what you said)",
        "what did you [just] say",
        "[sorry] i (did not|didn't) (hear|catch|get) (that|you)",
        "pardon [me]",
        "come again",
        "one more time [please]"
      ],
      "replies": ["{last_reply}", "I have not said anything yet."]
    },
    {
      "name": "stop",
      "sentences": [
        "stop [it|talking|now|please]",
        "(be quiet|shut up|silence|enough|cancel|never mind|forget it)",
        "that is enough"
      ],
      "replies": ["Okay.", "All right."]
    },
    {
      "name": "goodbye",
      "sentences": [
        "[okay] (goodbye|bye|bye bye) [for now]",
        "good night",
        "see you [later|soon|tomorrow]",
        "(that is|that will be) all [for (now|today)] [thank you]",
        "i (have to|must|need to) go [now]",
        "talk to you later",
        "quit",
        "exit"
      ],
      "replies": ["Goodbye!", "Goodbye, talk to you soon!"]
    },
    {
      "name": "thanks",
      "sentences": [
        "(thanks|thank you) [very much|so much|a lot|for your help|for that]",
        "many thanks",
        "i appreciate (it|that|your help)",
        "that (was|is) (helpful|great|very helpful)"
      ],
      "replies": ["You are welcome.", "My pleasure."]
    },
    {
      "name": "how_are_you",
      "sentences": [
        "how are you [doing|today|doing today]",
        "how (is it|are things) going",
        "how do you (do|feel)",
        "what is up",
        "are you (okay|all right|well)"
      ],
      "replies": ["I am fine, thank you. How can I help?", "Very well, thank you."]
    },
    {
      "name": "name",
      "sentences": [
        "what is your name",
        "who are you",
        "what are you [called]",
        "(tell me|say) your name",
        "do you have a name",
        "what (can|should|do) i call you"
      ],
      "replies": ["I am your voice agent.", "You are talking to your voice agent."]
    }
  ],
  "did_not_understand": [
    "Sorry, I did not understand that.",
    "I am sorry, I did not get that. You can ask me what I can do."
  ]
})json";

}  // namespace

std::string_view builtin_intents() { return kBuiltin; }

}  // namespace voiceagent::intents
