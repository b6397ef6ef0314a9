// The system's libcurl, loaded when it is first used: linked, it and its thirty libraries would add 6 ms to the start of
// every program that might need it. Its setters are variadic, which Swift cannot call: those that are used have a name here.
#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>
#include <stdbool.h>

typedef size_t (*curl_transfer)(char *bytes, size_t size, size_t count, void *context);

/// Loads the library; from one thread, before anything else here is called. False if the system has none.
bool curl_load(void);

/// 0xMMmmpp of the library that is loaded; 0 if the system has none.
unsigned curl_version_number(void);

CURL *curl_open(void);
void curl_close(CURL *handle);
/// Forgets all options, and keeps the connection.
void curl_clear(CURL *handle);
CURLcode curl_perform(CURL *handle);

CURLcode curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode curl_set_pointer(CURL *handle, CURLoption option, const void *value);
CURLcode curl_set_transfer(CURL *handle, CURLoption option, curl_transfer function);
CURLcode curl_get_long(CURL *handle, CURLINFO info, long *value);

/// Many handles at once, which a poll loop drives.
CURLM *curl_many_open(void);
void curl_many_close(CURLM *many);
CURLMcode curl_many_add(CURLM *many, CURL *handle);
CURLMcode curl_many_remove(CURLM *many, CURL *handle);
/// Does what can be done without waiting.
CURLMcode curl_many_run(CURLM *many);
/// A handle that is done, with its result; null if there is none.
CURL *curl_many_done(CURLM *many, CURLcode *result);
/// What to wait for: descriptors with the events of poll(2). Returns how many there are; -1 on failure.
int curl_many_files(CURLM *many, int *files, short *events, int most);
/// When to run again at the latest, milliseconds; -1 if nothing waits.
long curl_many_timeout(CURLM *many);

struct curl_slist *curl_list_append(struct curl_slist *list, const char *text);
void curl_list_free(struct curl_slist *list);
const char *curl_reason(CURLcode code);

#endif
