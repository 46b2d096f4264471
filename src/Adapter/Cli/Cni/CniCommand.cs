using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.Json;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using CniInvoker;
using static Bridge.Adapter.Cli.Cni.AttachmentArguments;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>
/// <c>cnm-cni cni …</c>: CNI networks by hand, as cnitool does it. Standard output is JSON and nothing else, CNI's error object included;
/// the sentence for a person and the plugins' stderr go to standard error.
/// </summary>
internal static class CniCommand
{
    private static readonly TimeSpan LookingEnds = TimeSpan.FromSeconds(5);

    /// <param name="word">The word after <c>cni</c>; null without one.</param>
    /// <param name="environment">What the command line leaves out.</param>
    public static Command Build(string? word, CniEnvironment environment) => new Command(
            "cni", "Run CNI networks by hand, as cnitool does: attach a network namespace, check and detach it.")
        .With(word,
            ("add", () => AttachmentCommands.Add(environment)),
            ("check", () => AttachmentCommands.Check(environment)),
            ("del", () => AttachmentCommands.Delete(environment)),
            ("status", () => StatusCommand.Build(environment)),
            ("gc", () => GarbageCommand.Build(environment)),
            ("validate", () => ValidateCommand.Build(environment)),
            ("list", () => ListCommand.Build(environment)));

    /// <summary>Whether the command line names one of these commands.</summary>
    public static bool Owns(ParseResult parsed) => parsed.CommandResult.Command is var command
        && (command.Parents.Any(parent => parent.Name == "cni") || (command.Name == "cni" && parsed.Action is ParseErrorAction));

    public static async Task<int> InvokeAsync(ParseResult parsed, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        // A signal cancels the operation. An add is cleaned up first, within its own deadlines; read-only commands end soon, also where a
        // disk hangs.
        console.ProcessTerminationTimeout = parsed.CommandResult.Command.Name is "validate" or "list" or "status"
            ? LookingEnds
            : Timeout.InfiniteTimeSpan;
        try
        {
            return parsed.Errors.Count == 0
                ? await parsed.InvokeAsync(console, cancellationToken)
                : throw new MisuseException(UsageError.Of(parsed));
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
            const string Interrupted = "interrupted: add was cleaned up; every other command can be repeated";
            return Fail(console, ExitCodes.Failure, ErrorObject.Of(CniErrorCode.TryAgainLater, Interrupted), Interrupted);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            var sentence = ErrorText.OneLine(ErrorDescription.OfFile(failed).TrimEnd('.'));
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

/// <summary>STATUS of one network.</summary>
internal static class StatusCommand
{
    public static Command Build(CniEnvironment environment)
    {
        var command = new Command("status",
            "Ask the plugins whether the network could be attached to now (STATUS, from version 1.1.0). Prints nothing if it could.")
        {
            Network, PluginVariableOption.Variables, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var client = await CniClientFactory.OfAsync(
                SettingsOf(parsed), environment, parsed.InvocationConfiguration.Error, PluginVariableOption.Read(parsed, environment),
                sparesAll: false, cancellationToken);
            await client.StatusAsync(parsed.GetRequiredValue(Network), cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }
}
