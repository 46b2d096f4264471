using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.Json;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>
/// <c>cnm-cni cni …</c>: CNI networks by hand, as cnitool does it. Standard output is JSON and nothing else, CNI's error object included; the
/// sentence for a person and the plugins' stderr go to standard error.
/// </summary>
internal static class CniCommand
{
    private static readonly TimeSpan LookingEnds = TimeSpan.FromSeconds(5);

    public static Command Build(CniEnvironment environment) => new("cni", """
        Run CNI networks by hand, as cnitool does: attach a network namespace, check and detach it.

          ip netns add test
          cnm-cni cni add pods /run/netns/test
          cnm-cni cni del pods /run/netns/test

        Prints JSON. Environment: CNI_PATH, NETCONFPATH, CNI_ARGS, CAP_ARGS, CNI_IFNAME, CNI_CONTAINERID.
        """)
    {
        AttachmentCommands.Add(environment),
        AttachmentCommands.Check(environment),
        AttachmentCommands.Delete(environment),
        StatusCommand.Build(environment),
        GarbageCommand.Build(environment),
        ValidateCommand.Build(environment),
        ListCommand.Build(environment),
    };

    /// <summary>Whether one of the commands above is what was asked for.</summary>
    public static bool Owns(ParseResult parsed) => parsed.CommandResult.Command is var command
        && (command.Parents.Any(parent => parent.Name == "cni") || (command.Name == "cni" && parsed.Action is ParseErrorAction));

    public static async Task<int> InvokeAsync(ParseResult parsed, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        // A signal cancels the operation; what has run is undone before we go, however long that takes: it has deadlines of its own. Those that only look
        // have nothing to undo, and must not outlive the signal where a disk does not answer.
        console.ProcessTerminationTimeout = parsed.CommandResult.Command.Name is "validate" or "list" or "status" ? LookingEnds : Timeout.InfiniteTimeSpan;
        try
        {
            return parsed.Errors.Count == 0
                ? await parsed.InvokeAsync(console, cancellationToken)
                : throw new MisuseException(WrongWords.Of(parsed));
        }
        catch (MisuseException mistake)
        {
            return Fail(console, ExitCodes.Misuse, ErrorObject.Of(mistake.Code, mistake.Message), mistake.Message);
        }
        catch (SettingsException wrong)
        {
            return Fail(console, ExitCodes.Misuse, ErrorObject.Of(CniErrorCode.DecodingFailure, wrong.Message), wrong.Message);
        }
        catch (CniException failed)
        {
            return Fail(console, ExitCodes.Failure, ErrorObject.Of(failed), failed.Message.ReplaceLineEndings(" "));
        }
        catch (ServiceException unusable)
        {
            return Fail(console, ExitCodes.Failure, ErrorObject.Of(CniErrorCode.InputOutput, unusable.Message), unusable.Message);
        }
        catch (OperationCanceledException)
        {
            const string Interrupted = "interrupted: an add has been undone, everything else can be repeated";
            return Fail(console, ExitCodes.Failure, ErrorObject.Of(CniErrorCode.TryAgainLater, Interrupted), Interrupted);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            var sentence = ErrorText.OneLine(FileWords.Of(failed).TrimEnd('.'));
            var msg = Environment.IsPrivilegedProcess ? $"{sentence}." : $"{sentence}. Try it as root.";
            return Fail(console, ExitCodes.Failure, ErrorObject.Of(CniErrorCode.InputOutput, msg), msg);
        }
    }

    private static int Fail(InvocationConfiguration console, int exitCode, ErrorObject error, string sentence)
    {
        console.Output.WriteLine(JsonSerializer.Serialize(error, CniJson.Indented.ErrorObject));
        console.Error.WriteLine(sentence);
        return exitCode;
    }
}
