using System.Text;
using CniInvoker;

namespace Bridge.Fuzzing.Targets;

/// <summary>
/// What a plugin answers. An input's first line is how the plugin ended ("0", "1", "signal 9", "timeout"), what follows is stdout, and
/// after a line "%%" stderr.
/// </summary>
internal sealed class AnswerTarget : IFuzzTarget
{
    private const string Subject = "CNI network \"pods\": plugin \"bridge\" failed ADD: ";

    private static readonly string[] OneOfEachShape = ["0.2.0", "0.4.0", "1.1.0"];

    private readonly PluginRequest _request = new()
    {
        Path = "/opt/cni/bin/bridge",
        PluginType = "bridge",
        Operation = CniOperation.Add,
        NetworkName = "pods",
        ContainerId = "c1",
        Stdin = ReadOnlyMemory<byte>.Empty,
        Environment = [],
        Deadline = TimeSpan.FromSeconds(1),
        TerminationGrace = TimeSpan.FromSeconds(1),
    };

    public void Run(ReadOnlyMemory<byte> input)
    {
        var output = Output(input);
        var succeeded = Ask(input.Length, () => PluginAnswer.RequireSuccess(_request, output, TimeSpan.FromSeconds(1.5)), out var failure);
        Promise.That(!succeeded || output is { ExitCode: 0, Signal: 0, TimedOut: false },
            "A plugin that did not exit with status 0 has failed.", $"{output}");
        Promise.That(succeeded || failure!.TimedOut == output.TimedOut, "A failure says whether time was up.", $"{output}");
        Promise.That(succeeded || failure!.Stderr == output.Stderr, "A failure keeps all of stderr.", $"{failure?.Stderr}");
        foreach (var version in OneOfEachShape)
        {
            CniResult? result = null;
            if (Ask(input.Length, () => result = PluginAnswer.ReadResult(_request, output, version), out failure))
                Promise.That(result!.CniVersion == version, "A result is in the network's version.", $"{result.CniVersion}, not {version}");

            Promise.That(result is not null || failure!.Code is CniErrorCode.DecodingFailure or CniErrorCode.IncompatibleVersion,
                "An unusable result has the code that is documented.", $"{failure?.Code}");
        }

        PluginVersions? versions = null;
        Ask(input.Length, () => versions = PluginAnswer.ReadVersions(_request, output), out failure);
        Promise.That(versions is null or { CniVersion.Length: > 0 } && versions?.Supported.Contains(null!) != true, "Versions are text.",
            $"{versions}");
    }

    private static bool Ask(int inputLength, Action ask, out CniException? failure)
    {
        failure = null;
        try
        {
            ask();
            return true;
        }
        catch (CniException refusal)
        {
            Refusal.Require(refusal, Subject, inputLength);
            failure = refusal;
            return false;
        }
    }

    private static PluginOutput Output(ReadOnlyMemory<byte> input)
    {
        var (ending, answer) = Cut(input, "\n"u8);
        var (stdout, stderr) = Cut(answer, "\n%%\n"u8);
        var words = Encoding.UTF8.GetString(ending.Span).Split(' ');
        var number = int.TryParse(words[^1], out var parsed) ? parsed & 0xff : 0;
        var isSignal = words[0] == "signal";
        return new PluginOutput
        {
            ExitCode = isSignal ? 0 : number,
            Signal = isSignal ? number & 0x7f : 0,
            TimedOut = words[0] == "timeout",
            Stdout = stdout,
            Stderr = Encoding.UTF8.GetString(stderr.Span),
            Duration = TimeSpan.Zero,
        };
    }

    private static (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) Cut(ReadOnlyMemory<byte> text, ReadOnlySpan<byte> at) =>
        text.Span.IndexOf(at) is var place and >= 0 ? (text[..place], text[(place + at.Length)..]) : (text, ReadOnlyMemory<byte>.Empty);
}
