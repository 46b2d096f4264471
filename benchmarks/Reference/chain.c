// The reference: a chain of plugins as bare processes. Per plugin run two pipes, posix_spawn, write, read to the end, waitpid; no
// deadline, no process group, no look at what the plugins say.
//
//   chain DIRECTORY
//
// DIRECTORY/ADD/0, DIRECTORY/ADD/1, ..., DIRECTORY/DEL/0, ... describe the runs, each in three files: "path" of the binary, "environ" in
// the form of /proc/PID/environ, and "stdin" without its last brace. The output of the run before is appended to it as prevResult; DEL
// takes that of the last ADD. Every line of standard input is ADD or DEL and is answered with the microseconds that each run took.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAXIMUM_RUNS = 16, MAXIMUM_VARIABLES = 64, MAXIMUM_BYTES = 60 * 1024 }; // What fits into a pipe is written without blocking.

struct run
{
    char *path;
    char *environ[MAXIMUM_VARIABLES + 1];
    char *stdin;
};

struct chain
{
    int count;
    struct run runs[MAXIMUM_RUNS];
};

static char result[MAXIMUM_BYTES];

static void require(int isTrue, const char *what)
{
    if (!isTrue)
    {
        perror(what);
        exit(1);
    }
}

// The content, with a zero after it; null when there is no such file.
static char *content(const char *directory, const char *verb, int number, const char *name, size_t *length)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s/%d/%s", directory, verb, number, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
    {
        return NULL;
    }

    char *text = calloc(1, MAXIMUM_BYTES);
    *length = fread(text, 1, MAXIMUM_BYTES - 1, file);
    fclose(file);
    return text;
}

static void load(struct chain *chain, const char *directory, const char *verb)
{
    size_t length;
    char *path;
    while (chain->count < MAXIMUM_RUNS && (path = content(directory, verb, chain->count, "path", &length)) != NULL)
    {
        struct run *run = &chain->runs[chain->count];
        run->path = path;
        run->stdin = content(directory, verb, chain->count, "stdin", &length);
        char *variables = content(directory, verb, chain->count, "environ", &length);
        require(run->stdin != NULL && variables != NULL, "a run lacks its stdin or environ");
        int count = 0;
        for (char *variable = variables; variable < variables + length; variable += strlen(variable) + 1)
        {
            require(count < MAXIMUM_VARIABLES, "too many variables");
            run->environ[count++] = variable;
        }

        chain->count++;
    }

    require(chain->count > 0, "no runs");
}

static pid_t start(const struct run *run, const int input[2], const int output[2])
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    char *arguments[] = { run->path, NULL };
    pid_t child;
    errno = posix_spawn(&child, run->path, &actions, NULL, arguments, run->environ);
    require(errno == 0, run->path);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    return child;
}

static void perform(const struct run *run, int isAdd, int hasResult)
{
    static char text[2 * MAXIMUM_BYTES];
    static char said[MAXIMUM_BYTES];
    int length = hasResult ? sprintf(text, "%s,\"prevResult\":%s}", run->stdin, result) : sprintf(text, "%s}", run->stdin);
    int input[2], output[2];
    require(pipe2(input, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0, "pipe2");
    pid_t child = start(run, input, output);
    require(write(input[1], text, length) == length, "write");
    close(input[1]);
    ssize_t got, size = 0;
    while ((got = read(output[0], said + size, sizeof said - 1 - size)) > 0)
    {
        size += got;
    }

    close(output[0]);
    int status;
    require(waitpid(child, &status, 0) == child, "waitpid");
    said[size] = 0;
    if (status != 0)
    {
        fprintf(stderr, "%s: status %d: %s\n", run->path, status, said);
        exit(1);
    }

    if (isAdd)
    {
        memcpy(result, said, size + 1);
    }
}

static double microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

int main(int count, char **arguments)
{
    static struct chain add, delete;
    char verb[16];
    require(count == 2, "chain DIRECTORY");
    load(&add, arguments[1], "ADD");
    load(&delete, arguments[1], "DEL");
    while (fgets(verb, sizeof verb, stdin) != NULL)
    {
        int isAdd = strcmp(verb, "ADD\n") == 0;
        const struct chain *chain = isAdd ? &add : &delete;
        for (int i = 0; i < chain->count; i++)
        {
            double before = microseconds();
            perform(&chain->runs[i], isAdd, !isAdd || i > 0);
            printf("%s%.1f", i == 0 ? "" : " ", microseconds() - before);
        }

        putchar('\n');
        fflush(stdout);
    }
}
