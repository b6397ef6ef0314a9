#include "CCurl.h"
#include <dlfcn.h>
#include <stddef.h>

// The macros check the types of arguments at compile time; here the functions themselves are meant.
#undef curl_easy_setopt
#undef curl_easy_getinfo

static struct {
    __typeof__(&curl_global_init) global_init;
    __typeof__(&curl_easy_init) init;
    __typeof__(&curl_easy_cleanup) cleanup;
    __typeof__(&curl_easy_reset) reset;
    __typeof__(&curl_easy_perform) perform;
    __typeof__(&curl_easy_setopt) setopt;
    __typeof__(&curl_easy_getinfo) getinfo;
    __typeof__(&curl_easy_strerror) strerror;
    __typeof__(&curl_slist_append) append;
    __typeof__(&curl_slist_free_all) free_all;
} curl;

bool curl_load(void) {
    static void *library;
    if (library) return true;
    void *found = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!found) return false;
    curl.global_init = dlsym(found, "curl_global_init");
    curl.init = dlsym(found, "curl_easy_init");
    curl.cleanup = dlsym(found, "curl_easy_cleanup");
    curl.reset = dlsym(found, "curl_easy_reset");
    curl.perform = dlsym(found, "curl_easy_perform");
    curl.setopt = dlsym(found, "curl_easy_setopt");
    curl.getinfo = dlsym(found, "curl_easy_getinfo");
    curl.strerror = dlsym(found, "curl_easy_strerror");
    curl.append = dlsym(found, "curl_slist_append");
    curl.free_all = dlsym(found, "curl_slist_free_all");
    if (!curl.global_init || !curl.init || !curl.cleanup || !curl.reset || !curl.perform || !curl.setopt ||
        !curl.getinfo || !curl.strerror || !curl.append || !curl.free_all ||
        curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        dlclose(found);
        return false;
    }
    library = found;
    return true;
}

CURL *curl_open(void) { return curl.init(); }
void curl_close(CURL *handle) { curl.cleanup(handle); }
void curl_clear(CURL *handle) { curl.reset(handle); }
CURLcode curl_perform(CURL *handle) { return curl.perform(handle); }

CURLcode curl_set_long(CURL *handle, CURLoption option, long value) { return curl.setopt(handle, option, value); }

CURLcode curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl.setopt(handle, option, value);
}

CURLcode curl_set_transfer(CURL *handle, CURLoption option, curl_transfer function) {
    return curl.setopt(handle, option, function);
}

CURLcode curl_get_long(CURL *handle, CURLINFO info, long *value) { return curl.getinfo(handle, info, value); }

struct curl_slist *curl_list_append(struct curl_slist *list, const char *text) { return curl.append(list, text); }
void curl_list_free(struct curl_slist *list) { curl.free_all(list); }
const char *curl_reason(CURLcode code) { return curl.strerror(code); }
