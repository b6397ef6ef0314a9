#include "CCurl.h"
#include <dlfcn.h>
#include <poll.h>
#include <stddef.h>
#include <sys/select.h>

// The macros check the types of arguments at compile time; here the functions themselves are meant.
#undef curl_easy_setopt
#undef curl_easy_getinfo

static struct {
    __typeof__(&curl_global_init) global_init;
    __typeof__(&curl_version_info) version_info;
    __typeof__(&curl_easy_init) init;
    __typeof__(&curl_easy_cleanup) cleanup;
    __typeof__(&curl_easy_reset) reset;
    __typeof__(&curl_easy_perform) perform;
    __typeof__(&curl_easy_setopt) setopt;
    __typeof__(&curl_easy_getinfo) getinfo;
    __typeof__(&curl_easy_strerror) strerror;
    __typeof__(&curl_slist_append) append;
    __typeof__(&curl_slist_free_all) free_all;
    __typeof__(&curl_multi_init) multi_init;
    __typeof__(&curl_multi_cleanup) multi_cleanup;
    __typeof__(&curl_multi_add_handle) multi_add;
    __typeof__(&curl_multi_remove_handle) multi_remove;
    __typeof__(&curl_multi_perform) multi_perform;
    __typeof__(&curl_multi_info_read) multi_info_read;
    __typeof__(&curl_multi_fdset) multi_fdset;
    __typeof__(&curl_multi_timeout) multi_timeout;
} curl;

bool curl_load(void) {
    static void *library;
    if (library) return true;
    void *found = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!found) return false;
    curl.global_init = dlsym(found, "curl_global_init");
    curl.version_info = dlsym(found, "curl_version_info");
    curl.init = dlsym(found, "curl_easy_init");
    curl.cleanup = dlsym(found, "curl_easy_cleanup");
    curl.reset = dlsym(found, "curl_easy_reset");
    curl.perform = dlsym(found, "curl_easy_perform");
    curl.setopt = dlsym(found, "curl_easy_setopt");
    curl.getinfo = dlsym(found, "curl_easy_getinfo");
    curl.strerror = dlsym(found, "curl_easy_strerror");
    curl.append = dlsym(found, "curl_slist_append");
    curl.free_all = dlsym(found, "curl_slist_free_all");
    curl.multi_init = dlsym(found, "curl_multi_init");
    curl.multi_cleanup = dlsym(found, "curl_multi_cleanup");
    curl.multi_add = dlsym(found, "curl_multi_add_handle");
    curl.multi_remove = dlsym(found, "curl_multi_remove_handle");
    curl.multi_perform = dlsym(found, "curl_multi_perform");
    curl.multi_info_read = dlsym(found, "curl_multi_info_read");
    curl.multi_fdset = dlsym(found, "curl_multi_fdset");
    curl.multi_timeout = dlsym(found, "curl_multi_timeout");
    if (!curl.global_init || !curl.version_info || !curl.init || !curl.cleanup || !curl.reset || !curl.perform ||
        !curl.setopt || !curl.getinfo || !curl.strerror || !curl.append || !curl.free_all || !curl.multi_init ||
        !curl.multi_cleanup || !curl.multi_add || !curl.multi_remove || !curl.multi_perform ||
        !curl.multi_info_read || !curl.multi_fdset || !curl.multi_timeout ||
        curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        dlclose(found);
        return false;
    }
    library = found;
    return true;
}

unsigned curl_version_number(void) { return curl_load() ? curl.version_info(CURLVERSION_NOW)->version_num : 0; }

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

CURLM *curl_many_open(void) { return curl.multi_init(); }
void curl_many_close(CURLM *many) { curl.multi_cleanup(many); }
CURLMcode curl_many_add(CURLM *many, CURL *handle) { return curl.multi_add(many, handle); }
CURLMcode curl_many_remove(CURLM *many, CURL *handle) { return curl.multi_remove(many, handle); }

CURLMcode curl_many_run(CURLM *many) {
    int running;
    return curl.multi_perform(many, &running);
}

CURL *curl_many_done(CURLM *many, CURLcode *result) {
    int left;
    for (CURLMsg *message; (message = curl.multi_info_read(many, &left));) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}

int curl_many_files(CURLM *many, int *files, short *events, int most) {
    fd_set in, out, error;
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&error);
    int last = -1;
    if (curl.multi_fdset(many, &in, &out, &error, &last) != CURLM_OK) return -1;
    int count = 0;
    for (int file = 0; file <= last && count < most; file++) {
        short wanted = (FD_ISSET(file, &in) ? POLLIN : 0) | (FD_ISSET(file, &out) ? POLLOUT : 0);
        if (!wanted && !FD_ISSET(file, &error)) continue;
        files[count] = file;
        events[count++] = wanted;
    }
    return count;
}

long curl_many_timeout(CURLM *many) {
    long milliseconds = -1;
    return curl.multi_timeout(many, &milliseconds) == CURLM_OK ? milliseconds : 0;
}
