namespace CniInvoker.Tests.Results;

/// <summary>Failures of plugins, and their error texts.</summary>
public sealed class PluginAnswerTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Theory]
    [InlineData("""echo '{"code":7,"msg":"bad subnet","details":"10.0.0.0/33"}'; exit 1""", 7, "bad subnet; 10.0.0.0/33 (code 7).")]
    [InlineData("""echo '{"code":999,"msg":"no room"}'; echo "first" >&2; echo "second" >&2; exit 1""", 999,
        "no room (code 999). stderr: first | second.")]
    [InlineData("""echo '{"code":11,"msg":"busy"}'""", 11, "busy (code 11).")]
    [InlineData("exit 3", 0, "it exited with status 3 without an error object.")]
    [InlineData("echo 'panic: oh no!' >&2; exit 2", 0, "it exited with status 2 without an error object. stderr: panic: oh no!")]
    [InlineData("echo nonsense; exit 1", 0, "it exited with status 1 and printed something other than an error object: \"nonsense\".")]
    [InlineData("echo '{}'; exit 1", 0, "it exited with status 1 and gave no message.")]
    [InlineData("""echo '{"ips":[]}'; exit 1""", 0, "it exited with status 1 and gave no message.")]
    [InlineData("""echo '{"code":-1,"msg":"odd"}'; exit 1""", 0, "odd; its error code -1 is not an unsigned 32-bit number.")]
    [InlineData("""echo '{"code":4294967296,"msg":"odd","details":"d"}'; exit 1""", 0,
        "odd; d; its error code 4294967296 is not an unsigned 32-bit number.")]
    [InlineData("""echo '{"code":"7","msg":{"a":1}}'; exit 1""", 0, """{"a":1}; its error code "7" is not an unsigned 32-bit number.""")]
    [InlineData("kill -KILL $$", 0, "it was killed by signal 9 (SIGKILL).")]
    [InlineData("kill -TERM $$", 0, "it was killed by signal 15 (SIGTERM).")]
    [InlineData("kill -ABRT $$", 0, "it was killed by signal 6 (SIGABRT).")]
    [InlineData("kill -SEGV $$", 0, "it was killed by signal 11 (SIGSEGV).")]
    [InlineData("kill -PIPE $$", 0, "it was killed by signal 13 (SIGPIPE).")]
    [InlineData("kill -USR1 $$", 0, "it was killed by signal 10.")]
    [InlineData(":", 6, "it exited with status 0 but printed no result (code 6).")]
    [InlineData(
        "echo nonsense", 6,
        "the result is not JSON (line 1): nonsense is not a string in double quotes, a number, true, false or null; it printed: " +
        "\"nonsense\" (code 6).")]
    [InlineData(
        """echo '{"cniVersion":"1.0.0"} trailing'""", 6,
        "the result is not JSON (line 1): there is text after the end of the value; it printed: \"{\"cniVersion\":\"1.0.0\"} trailing\" " +
        "(code 6).")]
    [InlineData(
        """echo '{"cniVersion":"2.0.0"}'""", 1,
        "results of version \"2.0.0\" are not supported; supported are 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0; it printed: " +
        "\"{\"cniVersion\":\"2.0.0\"}\" (code 1).")]
    [InlineData(
        """echo '{"ips":[{"address":"10.1.2.3"}]}'""", 6,
        "field $.ips[0].address is not an address with a prefix length, as in 10.1.2.3/24: \"10.1.2.3\"; it printed: " +
        "\"{\"ips\":[{\"address\":\"10.1.2.3\"}]}\" (code 6).")]
    [Case(28, "stdout forms", Libcni = "treats empty output as a JSON error without a name",
        Ours = "reported with the reason and with what was printed")]
    [Case(29, "error forms", Libcni = "drops stderr where anything is on stdout, and has no message for an object without one",
        Ours = "always reports stderr, and the exit status or signal where there is no message")]
    [Case(30, "exit0-error-object")]
    [Spec("exit-status")]
    [Spec("add-prints-result")]
    [Spec("result-printed")]
    [Spec("result-object")]
    [Spec("error-names-field")]
    [Spec("error-names-variables")]
    [InlineData(
        """printf %s '{"code":11,"msg":"exit status 4: the lock is held\n","details":"one\r\n\ttwo\u2028\u001b[31mred"}'; printf 'a\033[0mb\n' >&2; exit 1""", 11, "exit status 4: the lock is held; one two [31mred (code 11). stderr: a [0mb.")]
    public async Task A_failure_of_ADD_is_reported_with_all_its_facts(string script, uint code, string story)
    {
        _plugins.With("first", add: script);

        var failure = await FailAsync("first");

        failure.Code.Should().Be(code);
        failure.Should().BeEquivalentTo(new { Plugin = "first", NetworkName = "pods", Operation = CniOperation.Add, TimedOut = false });
        failure.Message.Should().Be($"CNI network \"pods\": plugin \"first\" failed ADD: {story}");
    }

    [Fact]
    public async Task A_long_stderr_is_kept_whole_and_reported_by_its_end()
    {
        _plugins.With("first", add: "head -c 5000 /dev/zero | tr '\\0' 'x' >&2; echo >&2; echo end >&2; exit 1");

        var failure = await FailAsync("first");

        failure.Stderr.Should().HaveLength(5005);
        failure.Message.Should().EndWith("xxx | end.").And.Contain(" stderr: …x").And.HaveLength(1106);
    }

    [Theory]
    [InlineData("panic: oh no!")]
    [InlineData("fatal error: out of memory")]
    [InlineData("runtime: failed to create new OS thread (have 5 already; errno=11)")]
    public void The_crash_of_a_Go_program_is_reported_by_its_reason(string reason)
    {
        var failure =
            new CniException(
                0, "it broke") { Stderr =
                    $"a warning\n{reason}\n\ngoroutine 1 [running]:\n{new string(
                        'x', 400)}\n{string.Concat(Enumerable.Repeat("rax    0x0\n", 200))}" };

        failure.Message.Should().Be($"it broke. stderr: {reason} | goroutine 1 [running]: | {new string('x', 250)}… | rax    0x0 | ….");
    }

    [Fact]
    public void A_long_stderr_is_not_cut_within_a_character()
    {
        var failure = new CniException(0, "it broke") { Stderr = string.Concat(Enumerable.Repeat("😀", 600)) + "!" };

        failure.Message.Should().Be($"it broke. stderr: …{string.Concat(Enumerable.Repeat("😀", 499))}!");
    }

    [Fact]
    public async Task A_long_answer_is_quoted_by_its_beginning()
    {
        _plugins.With("first", add: "head -c 5000 /dev/zero | tr '\\0' 'x'; exit 1");

        (await FailAsync("first")).Message.Should().EndWith($"\"{new string('x', 300)}…\".");
    }

    [Theory]
    [InlineData(11u, true)]
    [InlineData(50u, true)]
    [InlineData(51u, true)]
    [InlineData(7u, false)]
    [InlineData(0u, false)]
    public void Transient_failures_are_recognized_by_code_or_deadline(uint code, bool expected)
    {
        new CniException(code, "x").IsTransient.Should().Be(expected);
        new CniException(code, "x") { TimedOut = true }.IsTransient.Should().BeTrue();
    }

    [Fact]
    public void The_message_contains_only_known_facts()
    {
        new CniException(0, "it broke").Message.Should().Be("it broke.");
        new CniException(0, "it broke") { Plugin = "p" }.Message.Should().Be("plugin \"p\": it broke.");
        new CniException(0, "it broke") { NetworkName = "n" }.Message.Should().Be("CNI network \"n\": it broke.");
    }

    private async Task<CniException> FailAsync(string type)
    {
        var add =
            () => _plugins.Runtime().AddAsync(
                ScriptedPlugins.NetworkOf(type), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
        var failure = (await add.Should().ThrowAsync<CniException>()).Which;
        failure.CleanupFailure.Should().BeNull();
        return failure;
    }
}
