// libicicle_device of the mock. Like the original, it throws through its C interface: a caller that lets it comes to an end.
#include "abi.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using mock::Device, mock::Error;

std::mutex lock;
thread_local Device selected = {"", -1};

std::set<std::pair<std::string, std::string>>& operations() {
    static std::set<std::pair<std::string, std::string>> operations;
    return operations;
}

// The value of `name=value` in the settings, or an empty string.
std::string setting(const std::string& name) {
    const char* const text = std::getenv("CREMA_MOCK_ICICLE");
    std::stringstream list(text == nullptr ? "" : text);
    for (std::string item; std::getline(list, item, ',');) {
        const size_t equals = item.find('=');
        if (equals == std::string::npos) {
            std::fprintf(stderr, "mock icicle: CREMA_MOCK_ICICLE=%s is not understood, see icicle/abi.h\n", text);
            std::abort();
        }
        if (item.substr(0, equals) == name) return item.substr(equals + 1);
    }
    return "";
}

bool is_registered(const char* type, const char* operation) {
    const std::lock_guard<std::mutex> guard(lock);
    if (setting(type) == "absent") return false;
    return std::strcmp(type, "CPU") == 0 || operations().count({type, operation}) != 0;
}

}  // namespace

EXPORT void mock_register(const char* type, const char* operation) {
    const std::lock_guard<std::mutex> guard(lock);
    operations().insert({type, operation});
}

EXPORT const Device& mock_device_for(const char* operation) {
    if (selected.id < 0) throw std::runtime_error("no device is selected");
    if (!is_registered(selected.type, operation)) throw std::runtime_error("not supported on this device");
    return selected;
}

EXPORT mock::Fault mock_fault(const char* function, uint64_t size) {
    const std::string text = setting(function);
    const size_t colon = text.find(':');
    if (text.empty() || (colon != std::string::npos && std::stoull(text.substr(colon + 1)) != size))
        return {mock::success, false};
    const std::string kind = text.substr(0, colon);
    if (kind == "wrong") return {mock::success, true};
    return {static_cast<Error>(std::stoi(kind)), false};
}

EXPORT Error icicle_is_device_available(const Device* device) {
    return is_registered(device->type, "device") ? mock::success : mock::invalid_device;
}

EXPORT Error icicle_set_device(const Device* device) {
    if (!is_registered(device->type, "device")) throw std::runtime_error("no such device is registered");
    const mock::Fault fault = mock_fault("icicle_set_device", static_cast<uint64_t>(device->id));
    if (fault.code != mock::success) return fault.code;
    selected = *device;
    return mock::success;
}

EXPORT Error icicle_get_device_count(int* count) {
    const Device& device = mock_device_for("device");
    const std::string devices = setting("devices");
    *count = std::strcmp(device.type, "CPU") == 0 || devices.empty() ? 1 : std::stoi(devices);
    return mock::success;
}

