"""What tables call the fields of a call, in small letters and without signs; the earlier of a field's names is the better one."""

_USUAL: dict[str, str] = {
    "started_at": (
        "timestamp startedat starttime startedms started createdat datetime requesttime"
        " requestedat requestcreatedat arrivaltime time created date ts at eventtime when"
    ),
    "ended_at": "endtime endedat finishedat completedat ended responsetimestamp responsecreatedat",
    "first_token_at": "completionstarttime firsttokenat firsttokentime",
    "latency_ms": (
        "latencyms durationms elapsedms responsetimems totaltimems latency duration responsetime elapsed elapsedtime totaltime delayms"
        " requestdurationms"
    ),
    "latency_s": (
        "latencys durations latencyseconds durationseconds elapseds elapsedseconds responsetimes latencysec durationsec totaltimes"
    ),
    "ttft_ms": "ttftms timetofirsttokenms firsttokenms firsttokenlatencyms ttft timetofirsttoken firsttokenlatency",
    "ttft_s": "ttfts timetofirsttokens timetofirsttokenseconds ttftseconds",
    "model": "model modelname modelid llmmodel modelslug deployment deploymentname engine requestmodel responsemodel",
    "provider": "provider vendor customllmprovider llmprovider modelprovider providername",
    "input_tokens": (
        "inputtokens prompttokens usageinputtokens usageprompttokens contexttokens tokensin requesttokens numprompttokens nprompttokens"
        " inputtokencount prompttokencount tokensprompt tokensinput numprefilltokens promptlength inputlength"
        " prompttoks inputtoks toksin"
    ),
    "output_tokens": (
        "outputtokens completiontokens usageoutputtokens usagecompletiontokens generatedtokens tokensout responsetokens numcompletiontokens"
        " ncompletiontokens outputtokencount completiontokencount candidatestokencount"
        " tokenscompletion tokensoutput numdecodetokens outputlength completiontoks outputtoks toksout"
    ),
    "cached_tokens": ("cachedtokens cachereadinputtokens cachereadtokens cachedinputtokens cachedprompttokens cachedcontenttokencount"),
    "cache_write_tokens": "cachewritetokens cachecreationinputtokens cachecreationtokens",
    "reasoning_tokens": "reasoningtokens thinkingtokens thoughtstokencount",
    "cost_usd": "costusd cost totalcost spend responsecost totalcostusd usdcost price amountusd usage_cost",
    "user": "user userid enduser username enduserid customer customerid requestuserid",
    "status": "status success ok statuscode httpstatus httpstatuscode outcome succeeded issuccess responsestatus",
    "error_type": "errortype errorclass errorcode exceptiontype",
    "error_message": "errormessage error exception errordetail failurereason statusmessage errorstr",
    "external_id": "externalid requestid callid id uuid generationid completionid responseid logid messageid",
    "trace_id": "traceid conversationid sessionid threadid",
    "prompt": "promptname prompttemplate templatename promptid usecase feature endpoint prompt template",
    "version": "promptversion version templateversion",
    "label": "label promptlabel environment",
    "tags": "tags requesttags labels tag",
    "source": "source",
    "retries": "retries retrycount numretries attempts",
    "feedback": "feedback thumb thumbs userfeedback rating",
    "reply": "reply response output completion answer responsetext outputtext completiontext generatedtext assistant responsebody choices",
    "message": "message question input query usermessage prompttext inputtext userinput instruction",
    "request": "messages request requestbody",
    "variables": "variables vars inputs",
    "processing": "processing servicetier tier",
}
NAMES: dict[str, tuple[str, int]] = {name: (target, rank) for target, usual in _USUAL.items() for rank, name in enumerate(usual.split())}
